import { join } from "node:path";
import { isImageName, kindOf, listFiles, readText, shownPath, stemOf } from "../../files.ts";
import { imageFinder } from "../../finding/imageFinder.ts";
import { pathParts } from "../../finding/imageName.ts";
import { noneFound, severalFit } from "../../finding/severalFit.ts";
import { imagesIn } from "../labelFiles.ts";
import { mapParallel } from "../../parallel.ts";
import { splitNamed } from "../../split/splitLists.ts";
import type { Warnings } from "../../warnings.ts";
import { labelFolders } from "./yoloLabelFiles.ts";

const MAX_LIST_BYTES = 200_000_000;

/**
 * The images of a text file that lists them, a path a line, often of another folder or machine.
 *
 * @param folder where they are looked for, and everywhere below
 * @param imageFolder the folder where they are, if that is said
 * @throws AnchorkitError when not one is there, and when several fit a line
 */
export async function listedImages(
  list: string,
  folder: string,
  imageFolder: string | undefined,
  warnings: Warnings,
): Promise<string[]> {
  const lines = (await readText(list, MAX_LIST_BYTES, { allowEmpty: true }))
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "");
  const around =
    imageFolder === undefined ? (await listFiles(folder)).filter(isImageName) : await imagesIn(imageFolder);
  const find = imageFinder(around, imageFolder);
  const part = splitNamed(stemOf(list));
  const found = await mapParallel(lines, 16, (line) => find({ names: [line], from: list, part }));
  const where = shownPath(list);
  const images = found.flatMap((files, i) => {
    const line = lines[i] ?? "";
    if (files.length > 1) warnings.fail(severalFit(where, line, files), "several-images", where);
    if (files.length === 0) warnings.add("images that are listed but not there, left out", `"${line}" in ${where}`);
    return files.length === 1 ? files : [];
  });
  if (images.length === 0 && lines.length > 0) throw noneFound(where, found, lines[0] ?? "", imageFolder);
  return images;
}

/**
 * The images of an entry of data.yaml such as `images/train` where they lie in a folder of their own: in a folder below
 * it that is called so, or like the end of it; else those of the labels in `labels/train`.
 *
 * @param place where the entry leads from the data.yaml
 * @returns undefined where there is neither
 */
export async function imagesOfEntry(
  entry: string,
  place: string,
  imageFolder: string,
  warnings: Warnings,
): Promise<string[] | undefined> {
  const parts = pathParts(entry);
  for (let from = 0; from < parts.length; from++) {
    const folder = join(imageFolder, ...parts.slice(from));
    if ((await kindOf(folder)) === "folder") return (await listFiles(folder)).filter(isImageName);
  }
  for (const labels of labelFolders(place)) {
    if ((await kindOf(labels)) !== "folder") continue;
    const texts = (await listFiles(labels)).filter((file) => /\.txt$/i.test(file));
    const find = imageFinder(await imagesIn(imageFolder), imageFolder);
    const found = await mapParallel(texts, 16, (text) => find({ names: [stemOf(text)], from: text }));
    return found.flatMap((files, i) => {
      const text = texts[i] ?? "";
      if (files.length > 1) warnings.fail(severalFit(shownPath(text), stemOf(text), files), "several-images", shownPath(text)); // prettier-ignore
      if (files.length === 0) {
        const what = "label files without an image, left out";
        warnings.add(what, shownPath(text), { rule: "labels-without-image" });
      }
      return files.length === 1 ? files : [];
    });
  }
  return undefined;
}
