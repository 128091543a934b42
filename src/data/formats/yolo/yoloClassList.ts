import { basename, dirname, extname, join, relative, resolve } from "node:path";
import { AnchorkitError } from "../../../base/errors.ts";
import type { SplitName } from "../../dataset.ts";
import { isImageName, listFiles, readText, shownPath, stemOf } from "../../files.ts";
import { tidyClassName } from "../../placing/classNames.ts";
import { splitNamed, splitOfPath } from "../../split/splitLists.ts";
import type { Warnings } from "../../warnings.ts";
import { type FindImage, imageFinder } from "../../finding/imageFinder.ts";
import { severalFit } from "../../finding/severalFit.ts";
import { imagesIn } from "../labelFiles.ts";

/** What data.yaml or classes.txt tells: the classes, the images, and what a line of labels is. */
export interface YoloSet {
  name: string;
  classes: string[];
  images: { file: string; split?: SplitName }[];
  /** Ultralytics' task, where the YAML says it: detect, segment, obb, pose. */
  task?: string;
  /** How many numbers of keypoints follow each box; 0 for none. */
  keypoints: number;
  /** Where labels may lie that are not where they belong: all text files, for lists of classes alone. */
  labels?: string[];
}

const MAX_TEXT_BYTES = 1_000_000;
const MAX_LIST_BYTES = 200_000_000;

/** LabelImg's classes.txt, darknet's obj.names or coco.names, Roboflow's _darknet.labels. */
export function isClassList(path: string): boolean {
  return /^(?:classes\.txt|[^.].*\.names|_darknet\.labels)$/i.test(basename(path));
}

/**
 * Lists of classes, a name a line, and all images of the folder. Splits are darknet's lists, and folders called train,
 * val and test.
 */
export async function readClassList(
  lists: readonly string[],
  folder: string,
  imageFolder: string | undefined,
  warnings: Warnings,
): Promise<YoloSet> {
  const [list = "", ...others] = lists;
  const classes = await classNames(list);
  for (const other of others) {
    const same = (await classNames(other)).map(tidyClassName).join("\n") === classes.map(tidyClassName).join("\n");
    if (same) continue;
    throw new AnchorkitError(
      `${shownPath(other)}: lists other classes than ${shownPath(list)}; read their folders one by one`,
    );
  }
  const { root, files, images } = await filesAround(resolve(folder), imageFolder);
  const find = imageFinder(images, imageFolder);
  const listed = await darknetLists(files, images, find, lists.map((file) => dirname(resolve(file))), warnings); // prettier-ignore
  const inSplits = images.map((file) => {
    const split =
      listed.get(file) ?? splitOfPath(relative(imageFolder ?? root, file).replace(/\bobj_(\w+)_data\b/g, "$1"));
    return { file, ...(split && { split }) };
  });
  const labels = files.filter((file) => /\.txt$/i.test(file) && !isClassList(file));
  return { name: shownPath(list), classes, images: inSplits, keypoints: 0, labels };
}

/** The files of a folder, and of those next to it where it holds labels without images. */
async function filesAround(
  folder: string,
  imageFolder: string | undefined,
): Promise<{ root: string; files: string[]; images: string[] }> {
  const files = await listFiles(folder);
  const images = imageFolder === undefined ? files.filter(isImageName) : await imagesIn(imageFolder);
  if (images.length > 0) return { root: folder, files, images };
  const root = join(folder, "..");
  return { root, files, images: (await listFiles(root, 2)).filter(isImageName) };
}

/**
 * The splits of darknet and of CVAT's "YOLO 1.1": train.txt, valid.txt and the like beside the list of classes, a path
 * of an image a line, often from another folder or machine.
 */
async function darknetLists(
  files: readonly string[],
  images: readonly string[],
  find: FindImage,
  folders: readonly string[],
  warnings: Warnings,
): Promise<Map<string, SplitName>> {
  const splitOf = new Map<string, SplitName>();
  const labels = new Set(images.map((file) => `${file.slice(0, file.length - extname(file).length)}.txt`));
  for (const list of files) {
    const split = /\.txt$/i.test(list) ? splitNamed(stemOf(list)) : undefined;
    if (!split || !folders.includes(dirname(list)) || labels.has(list)) continue;
    const text = await readText(list, MAX_LIST_BYTES, { allowEmpty: true });
    for (const line of text.split(/\r?\n/).filter((each) => each.trim() !== "")) {
      const found = await find({ names: [line], from: list, part: split });
      if (found.length > 1) {
        warnings.fail(severalFit(shownPath(list), line, found), "several-images", shownPath(list));
        continue;
      }
      if (found.length === 0) {
        warnings.add("images that are listed but not there, left out", `"${line}" in ${shownPath(list)}`);
      }
      for (const file of found) {
        const known: SplitName = splitOf.get(file) ?? split;
        const error = new AnchorkitError(`${shownPath(list)}: ${shownPath(file)} is in ${known} and in ${split}`);
        if (known !== split) warnings.fail(error, "two-splits", shownPath(file));
        splitOf.set(file, known);
      }
    }
  }
  return splitOf;
}

async function classNames(list: string): Promise<string[]> {
  const text = await readText(list, MAX_TEXT_BYTES);
  const names = text.replace(/\s*$/, "").split(/\r?\n/);
  const blank = names.findIndex((name) => name.trim() === "");
  if (blank >= 0) throw new AnchorkitError(`${shownPath(list)}: line ${blank + 1}: the name of a class is missing`);
  return names;
}
