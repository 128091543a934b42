import { dirname, relative } from "node:path";
import { cacheFolder } from "../../base/cacheFolder.ts";
import { AnchorkitError } from "../../base/errors.ts";
import type { Dataset } from "../dataset.ts";
import { byName, shownPath, stemOf } from "../files.ts";
import { mapWithWarnings } from "../parallel.ts";
import { placeLabels } from "../placing/placeLabels.ts";
import { splitOfPath } from "../split/splitLists.ts";
import { ownSplitOf } from "./coco/cocoImages.ts";
import type { FoundImage, FoundObject } from "../placing/found.ts";
import { imageFinder } from "./imageFinder.ts";
import type { LabelFiles } from "./labelFiles.ts";
import { NothingLeftError, type Warnings } from "../warnings.ts";

/** An object whose class is given by name. */
export interface NamedObject extends Omit<FoundObject, "class"> {
  name: string;
}

/** An image and its labels in a file that refers to images and classes by name. */
export interface NamedImage extends Omit<FoundImage, "id" | "file" | "objects" | "labels"> {
  /** As the label file has it, or in several spellings, the likeliest first. */
  names: string[];
  /** The label file. */
  from: string;
  objects: NamedObject[];
  /** Classes of the image as a whole. */
  labels?: string[];
  /** Why there may be no such file, and what to do: "is an address; put a copy of the image next to the JSON". */
  ifMissing?: string;
  /** Puts the image that the label file itself holds into the cache; for where there is no file. */
  takeOut?: () => Promise<string>;
  /** A label file names it, and it is not to be used: the reader has said why. */
  isLeftOut?: boolean;
}

export interface NamingRules {
  /** Classes that the label files list, in their order; others follow by name. */
  classes?: readonly string[];
  /**
   * What images are that no label file names, in the folders of others: `background` where an image without objects has
   * no label file; without this they are left out.
   */
  unnamed?: "background";
}

/**
 * Makes a data set of labels that name images and classes: finds the images, numbers the classes, and compares labels
 * and images. Splits come from the labels, else from folders called train, val and test, else, where there are several
 * label files, from their names.
 *
 * @throws AnchorkitError when two records are of one image, and when no image is there
 */
export async function datasetOf(
  named: readonly NamedImage[],
  labelFiles: LabelFiles,
  warnings: Warnings,
  rules: NamingRules = {},
): Promise<Dataset> {
  const used = named.flatMap(({ objects, labels = [] }) => [...objects.map(({ name }) => name), ...labels]);
  const classes = [...new Set([...(rules.classes ?? []), ...[...new Set(used)].sort(byName)])];
  const classIds = new Map(classes.map((name, id) => [name, id]));
  const located = await locate(named, labelFiles, warnings);
  const kept = [...located].filter(([, { isLeftOut }]) => !isLeftOut);
  const found = kept.map(([file, image], i): FoundImage => {
    const { names: _, from, ifMissing: __, isLeftOut: ___, takeOut: ____, labels, objects, ...said } = image;
    const split = said.split ?? splitOf(file, from, labelFiles);
    return {
      ...{ ...said, id: i + 1, file },
      ...(split && { split }),
      ...(labels && { labels: labels.map((name) => classIds.get(name) ?? 0) }),
      objects: objects.map(({ name, ...object }) => ({ ...object, class: classIds.get(name) ?? 0 })),
    };
  });
  const unnamed = unnamedImages(new Set(located.keys()), labelFiles, warnings, rules).map((file, i): FoundImage => {
    const split = splitOfPath(relative(labelFiles.root, file));
    return { id: found.length + i + 1, file, where: shownPath(file), ...(split && { split }), objects: [] };
  });
  return placeLabels([...found, ...unnamed], { classes }, warnings);
}

/** The labels by their image's file. */
async function locate(
  named: readonly NamedImage[],
  { images }: LabelFiles,
  warnings: Warnings,
): Promise<Map<string, NamedImage>> {
  const find = imageFinder(images);
  const files = await mapWithWarnings(named, 16, warnings, async ({ names, from, where, takeOut }, _, own) => {
    const found = await find(names, from);
    if (found.length > 0 || !takeOut) return found;
    try {
      const file = await takeOut();
      own.add("images taken out of JSON into the cache (label import --copy takes them from there)", where);
      return [file];
    } catch (error) {
      own.fail(error, "unreadable-image", where);
      return [];
    }
  });
  const located = new Map<string, NamedImage>();
  for (const [i, image] of named.entries()) {
    const { where, names, ifMissing } = image;
    const [file, ...others] = files[i] ?? [];
    const said = `: "${names[0] ?? ""}"`;
    if (file === undefined) {
      const detail = { rule: "labels-without-image", detail: ifMissing ? `${said} ${ifMissing}` : said } as const;
      warnings.add("images that are not there, left out with their labels", where, detail);
    } else if (others.length > 0) {
      const detail = { rule: "labels-without-image", detail: said } as const;
      warnings.add("images whose name several files have, left out with their labels", where, detail);
    } else {
      const earlier = located.get(file)?.where;
      const error = new AnchorkitError(`${where}: is ${shownPath(file)}, as ${earlier ?? ""} is; keep one of them`);
      if (earlier === undefined) located.set(file, image);
      else warnings.fail(error, "two-label-files", where);
    }
  }
  const [first] = named;
  if (located.size > 0 || !first) return located;
  const { from, names, ifMissing } = first;
  const said = `${shownPath(from)}: none of ${named.length} images is there (first: "${names[0] ?? ""}")`;
  const advice = ifMissing
    ? `"${names[0] ?? ""}" ${ifMissing}`
    : "put the images beside the labels or next to their folder";
  throw new NothingLeftError(`${said}; ${advice}`);
}

function splitOf(file: string, from: string, { root, labels }: LabelFiles): FoundImage["split"] {
  const isInCache = file.startsWith(cacheFolder());
  const folders = (isInCache ? undefined : splitOfPath(relative(root, file))) ?? splitOfPath(relative(root, from));
  return folders ?? (labels.length > 1 ? ownSplitOf(from) : undefined);
}

/** Images beside others that no label file names, and that are to be used. */
function unnamedImages(
  located: ReadonlySet<string>,
  { images, labels }: LabelFiles,
  warnings: Warnings,
  { unnamed }: NamingRules,
): string[] {
  const folders = new Set([...located].map((file) => dirname(file)));
  const labelled = new Set(labels.map(stemOf));
  return images.filter((file) => {
    if (located.has(file) || !folders.has(dirname(file))) return false;
    if (unnamed !== "background") {
      warnings.add("images that no label file names, left out", shownPath(file));
      return false;
    }
    // Where a label file of its name could not be read or is of another image, it is not known what it shows.
    if (labelled.has(stemOf(file))) return false;
    const what = "images without a label file, taken as backgrounds without objects";
    warnings.add(what, shownPath(file), { rule: "image-without-labels" });
    return true;
  });
}
