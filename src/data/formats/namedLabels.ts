import { relative } from "node:path";
import { AnchorkitError } from "../../base/errors.ts";
import type { Dataset } from "../dataset.ts";
import { byName, shownPath } from "../files.ts";
import { mapParallel } from "../parallel.ts";
import { placeLabels } from "../placeLabels.ts";
import { splitOfPath } from "../splitLists.ts";
import type { Warnings } from "../warnings.ts";
import { ownSplitOf } from "./cocoImages.ts";
import type { FoundImage, FoundObject } from "./format.ts";
import { imageFinder } from "./imageFinder.ts";
import type { LabelFiles } from "./labelFiles.ts";

/** An object whose class is given by name. */
export interface NamedObject extends Omit<FoundObject, "class"> {
  name: string;
}

/** An image and its labels in a file that refers to images and classes by name. */
export interface NamedImage extends Omit<FoundImage, "id" | "file" | "objects" | "labels"> {
  /** As the label file has it, or in several spellings, the likeliest first. */
  names: string[];
  /** The image file, where it is known already. */
  file?: string;
  /** The label file. */
  from: string;
  objects: NamedObject[];
  /** Classes of the image as a whole. */
  labels?: string[];
}

/**
 * Makes a data set of labels that name images and classes: finds the images, numbers the classes, and compares labels
 * and images. Splits come from the labels, else from folders called train, val and test, else, where there are several
 * label files, from their names.
 *
 * @param classes those that the label files list, in their order; others follow by name
 * @throws AnchorkitError when two records are of one image, and when no image is there
 */
export async function datasetOf(
  named: readonly NamedImage[],
  { root, labels: labelFiles, images }: LabelFiles,
  warnings: Warnings,
  classes: readonly string[] = [],
): Promise<Dataset> {
  const find = imageFinder(images);
  const files = await mapParallel(named, 16, async ({ file, names, from }) =>
    file === undefined ? find(names, from) : [file],
  );
  const used = named.flatMap(({ objects, labels = [] }) => [...objects.map(({ name }) => name), ...labels]);
  const all = [...new Set([...classes, ...[...new Set(used)].sort(byName)])];
  const classIds = new Map(all.map((name, id) => [name, id]));
  const idOf = (name: string) => classIds.get(name) ?? 0;
  const taken = new Map<string, string>();
  const found: FoundImage[] = [];
  for (const [i, { names, from, labels, objects, file: _, ...image }] of named.entries()) {
    const [file, ...others] = files[i] ?? [];
    const missing = { rule: "labels-without-image", detail: `: "${names[0] ?? ""}"` } as const;
    if (file === undefined) {
      warnings.add("images that are not there, left out with their labels", image.where, missing);
    } else if (others.length > 0) {
      warnings.add("images whose name several files have, left out with their labels", image.where, missing);
    } else if (taken.has(file)) {
      const message = `${image.where}: is ${shownPath(file)}, as ${taken.get(file) ?? ""} is; keep one of them`;
      warnings.fail(new AnchorkitError(message), "two-label-files", image.where);
    } else {
      taken.set(file, image.where);
      const folders = splitOfPath(relative(root, file)) ?? splitOfPath(relative(root, from));
      const split = image.split ?? folders ?? (labelFiles.length > 1 ? ownSplitOf(from) : undefined);
      found.push({
        ...{ ...image, id: found.length + 1, file },
        ...(split && { split }),
        ...(labels && { labels: labels.map(idOf) }),
        objects: objects.map(({ name, ...object }) => ({ ...object, class: idOf(name) })),
      });
    }
  }
  const [first] = named;
  if (found.length === 0 && first) {
    const name = `${shownPath(first.from)}: none of ${named.length} images is there (first: "${first.names[0] ?? ""}")`;
    throw new AnchorkitError(`${name}; put the images beside the labels or into a folder next to them`);
  }
  return placeLabels(found, { classes: all }, warnings);
}
