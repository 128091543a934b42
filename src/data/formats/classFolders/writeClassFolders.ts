import { AnchorkitError } from "../../../base/errors.ts";
import type { Dataset, ImageRecord } from "../../dataset.ts";
import { exportImages, withoutControls } from "../exportImages.ts";
import { shownPath } from "../../files.ts";
import { Warnings } from "../../warnings.ts";
import type { WriteOptions, WriteResult } from "../format.ts";

/**
 * Writes the images of a data set into a folder for each class, below one for each split where there are splits. An
 * image of several classes goes to the first; what has none is left out, as boxes are, with a warning.
 *
 * @throws AnchorkitError when no image has a class of its own
 */
export async function writeClassFolders(
  dataset: Dataset,
  folder: string,
  options: WriteOptions = {},
): Promise<WriteResult> {
  const warnings = new Warnings();
  const images = dataset.images.filter((image) => isClassified(image, warnings));
  if (images.length === 0) {
    throw new AnchorkitError(
      `none of ${dataset.images.length} images has a class as a whole; boxes do not go into folders of classes`,
    );
  }
  const folders = folderNames(dataset.classes, warnings);
  const divided = images.some(({ split }) => split !== undefined);
  for (const { split, file } of divided ? images : []) {
    if (split === undefined) warnings.add("images without a split beside others, written as train", shownPath(file));
  }
  const folderOf = ({ split = "train", labels }: ImageRecord) => {
    const name = folders[labels?.[0] ?? 0] ?? "";
    return divided ? `${split}/${name}` : name;
  };
  const { placed } = await exportImages(images, folder, warnings, { ...options, folderOf });
  return { path: folder, images: placed, warnings: warnings.lines() };
}

function isClassified({ file, labels = [], objects }: ImageRecord, warnings: Warnings): boolean {
  if (labels.length === 0) warnings.add("images without a class of their own, left out", shownPath(file));
  if (labels.length > 1) warnings.add("images of several classes, put into the first one's folder", shownPath(file));
  for (const i of labels.length > 0 ? objects.keys() : []) {
    warnings.add("boxes, which folders of classes cannot hold, left out", `${shownPath(file)}: object ${i + 1}`);
  }
  return labels.length > 0;
}

/** A name for each class's folder: no slashes, nothing that a file system could refuse, none twice. */
function folderNames(classes: readonly string[], warnings: Warnings): string[] {
  const taken = new Set<string>();
  return classes.map((name) => {
    const safe = withoutControls(name)
      .replace(/[/:*?"<>|]/g, "_")
      .replace(/[. ]$/, "_");
    let free = safe === "" ? "_" : safe;
    for (let number = 2; taken.has(free.toLowerCase()); number++) free = `${safe}-${number}`;
    taken.add(free.toLowerCase());
    if (free !== name)
      warnings.add("classes whose name no folder can have, renamed", `${JSON.stringify(name)} is "${free}"`);
    return free;
  });
}
