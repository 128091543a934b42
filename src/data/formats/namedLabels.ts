import { dirname, relative } from "node:path";
import { cacheFolder } from "../../base/cacheFolder.ts";
import { AnchorkitError } from "../../base/errors.ts";
import type { Dataset } from "../dataset.ts";
import { shownPath, stemOf } from "../files.ts";
import { mapWithWarnings } from "../parallel.ts";
import { sortedClassNames } from "../placing/classNames.ts";
import { placeLabels } from "../placing/placeLabels.ts";
import { splitOfPath } from "../split/splitLists.ts";
import { ownSplitOf } from "./coco/cocoImages.ts";
import type { FoundImage, FoundObject } from "../placing/found.ts";
import { imageFinder } from "../finding/imageFinder.ts";
import { noneFound, severalFit } from "../finding/severalFit.ts";
import type { LabelFiles } from "./labelFiles.ts";
import type { Warnings } from "../warnings.ts";

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
  /** The folder that the image lies in, if the label file says one beside the name; its split counts otherwise. */
  part?: string;
  /** The folders of others, for an image that lies in none of them. */
  otherParts?: ReadonlySet<string>;
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
 * @throws AnchorkitError when two records are of one image, when several images fit a record, and when none is there
 */
export async function datasetOf(
  named: readonly NamedImage[],
  labelFiles: LabelFiles,
  warnings: Warnings,
  rules: NamingRules = {},
): Promise<Dataset> {
  const used = named.flatMap(({ objects, labels = [] }) => [...objects.map(({ name }) => name), ...labels]);
  const classes = [...new Set([...(rules.classes ?? []), ...sortedClassNames(used)])];
  const classIds = new Map(classes.map((name, id) => [name, id]));
  const located = await locate(named, labelFiles, warnings);
  const kept = [...located].filter(([, { isLeftOut }]) => !isLeftOut);
  const found = kept.map(([file, image], i): FoundImage => {
    const { names, from, part, otherParts, ifMissing, isLeftOut, takeOut, labels, objects, ...said } = image;
    const split = said.split ?? splitOf(file, from, labelFiles);
    return {
      ...{ ...said, id: i + 1, file },
      ...(split && { split }),
      ...(labels && { labels: labels.map((name) => classIds.get(name) ?? 0) }),
      objects: objects.map(({ name, ...object }) => ({ ...object, class: classIds.get(name) ?? 0 })),
    };
  });
  const unnamed = unnamedImages(new Set(located.keys()), labelFiles, warnings, rules).map((file, i): FoundImage => {
    const split = splitOfPath(relative(labelFiles.imageFolder ?? labelFiles.root, file));
    return { id: found.length + i + 1, file, where: shownPath(file), ...(split && { split }), objects: [] };
  });
  return placeLabels([...found, ...unnamed], { classes }, warnings);
}

/** The labels by their image's file. */
async function locate(
  named: readonly NamedImage[],
  { images, imageFolder }: LabelFiles,
  warnings: Warnings,
): Promise<Map<string, NamedImage>> {
  const find = imageFinder(images, imageFolder);
  const files = await mapWithWarnings(named, 16, warnings, async (image, _, own) => {
    const { where, takeOut, split, labelledSize } = image;
    const found = await find({ ...image, part: image.part ?? split, size: labelledSize });
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
      warnings.fail(severalFit(where, names[0] ?? "", [file, ...others]), "several-images", where);
    } else {
      const earlier = located.get(file)?.where;
      const error = new AnchorkitError(`${where}: is ${shownPath(file)}, as ${earlier ?? ""} is; keep one of them`);
      if (earlier === undefined) located.set(file, image);
      else warnings.fail(error, "two-label-files", where);
    }
  }
  const [first] = named;
  if (located.size > 0 || !first) return located;
  const name = first.names[0] ?? "";
  const advice = first.ifMissing === undefined ? undefined : `"${name}" ${first.ifMissing}`;
  throw noneFound(shownPath(first.from), files, name, imageFolder, advice);
}

function splitOf(file: string, from: string, { root, labels, imageFolder = root }: LabelFiles): FoundImage["split"] {
  const isInCache = file.startsWith(cacheFolder());
  const own = isInCache ? undefined : splitOfPath(relative(imageFolder, file));
  const folders = own ?? splitOfPath(relative(root, from));
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
