import { dirname, relative, sep } from "node:path";
import { AnchorkitError } from "../../base/errors.ts";
import type { SplitName } from "../dataset.ts";
import { readText, shownPath, stemOf } from "../files.ts";
import { NameIndex } from "../finding/nameIndex.ts";
import { csvRows } from "../records/csvRows.ts";
import type { Warnings } from "../warnings.ts";

const SPLIT_NAMES: readonly (readonly [SplitName, RegExp])[] = [
  ["train", /^train(?:ing)?(?:[ _-]?set)?(?:[ _-]?\d{4})?$/i],
  ["val", /^(?:val(?:id|idation)?|dev(?:el|elopment)?)(?:[ _-]?set)?(?:[ _-]?\d{4})?$/i],
  ["test", /^test(?:ing)?(?:[ _-]?set)?(?:[ _-]?\d{4})?$/i],
];

/**
 * The split that a name means, whatever it is the name of (a folder, a file, a column's value, a key): train, training,
 * val, valid, validation, dev, test or testing, also with "set" or a year behind it, as in val2017.
 */
export function splitNamed(name: string): SplitName | undefined {
  return SPLIT_NAMES.find(([, pattern]) => pattern.test(name.trim()))?.[0];
}

/** The split that a folder of a path names, such as "train" in images/train/1.jpg; undefined where none does. */
export function splitOfPath(path: string): SplitName | undefined {
  const folders = dirname(path).split(/[\\/]/);
  for (const folder of folders.reverse()) {
    const split = splitNamed(folder);
    if (split) return split;
  }
  return undefined;
}

/**
 * Reads the lists that divide a folder's images: VOC's `ImageSets/Main/train.txt`, `val.txt` and `test.txt` (a name
 * without extension a line; `trainval.txt` counts as train where the other two are missing), or `train_labels.csv` and
 * `test_labels.csv` with a `filename` column, as TensorFlow's tutorials make them.
 *
 * @param files all files below `root`, the lists among them
 * @param images the images that the lists can name; those outside of `root`, any list
 * @returns the split of an image's path, undefined for images in no list
 * @throws AnchorkitError when an image stands in two lists
 */
export async function readSplitLists(
  root: string,
  files: readonly string[],
  images: readonly string[],
  warnings: Warnings,
): Promise<(file: string) => SplitName | undefined> {
  const splits = new Map<string, { split: SplitName; list: string }>();
  for (const { list, split, scope } of splitFiles(root, files)) {
    const inScope = images.filter((file) => file.startsWith(scope + sep) || !file.startsWith(root + sep));
    const index = new NameIndex(inScope, (file) => file);
    const imagesNamed = (name: string) => index.find(name).flatMap(({ items }) => items);
    const read = () => (list.endsWith(".csv") ? namesInTable(list) : namesInLines(list));
    for (const name of await warnings.attempt(read, [], "unreadable-labels", shownPath(list))) {
      const spellings = [name, name.trim(), withoutMark(name)];
      const listed = spellings.map(imagesNamed).find((found) => found.length > 0) ?? [];
      if (listed.length === 0)
        warnings.add("names in split lists without an image", `"${name}" in ${shownPath(list)}`, UNKNOWN);
      for (const file of listed) {
        const known = splits.get(file);
        if (known && known.split !== split) {
          const lists = `${shownPath(known.list)} and ${shownPath(list)}`;
          const error = new AnchorkitError(`${shownPath(file)}: stands in ${lists}; an image belongs to one split`);
          warnings.fail(error, "two-splits", shownPath(file));
          continue;
        }
        splits.set(file, { split, list });
      }
    }
  }
  return (file) => splits.get(file)?.split;
}

const UNKNOWN = { rule: "unknown-in-list" } as const;

/** The lists to read, and the folder whose images each of them divides. */
function splitFiles(root: string, files: readonly string[]): { list: string; split: SplitName; scope: string }[] {
  const found: { list: string; split: SplitName; scope: string }[] = [];
  for (const list of files) {
    const parts = relative(root, list).split(sep);
    const name = stemOf(list);
    if (/\.txt$/i.test(list) && parts.at(-3) === "ImageSets" && parts.at(-2) === "Main") {
      const isWhole = name === "trainval" && !files.includes(list.replace(/trainval\.txt$/, "train.txt"));
      const split = isWhole ? "train" : splitNamed(name);
      if (split) found.push({ list, split, scope: dirname(dirname(dirname(list))) });
    } else if (list.endsWith(".csv")) {
      const split = splitNamed(name.replace(/_labels$/, ""));
      if (split) found.push({ list, split, scope: dirname(list) });
    }
  }
  return found;
}

/** In VOC's lists for a class, 1, 0 or -1 follows a name, which says if the class is in the image. */
function withoutMark(line: string): string {
  return line.replace(/\s+(?:-1|[01])\s*$/, "").trim();
}

/** The names of a list, a line each. */
async function namesInLines(list: string): Promise<Set<string>> {
  const text = await readText(list, undefined, { allowEmpty: true });
  return new Set(text.split(/\r?\n/).filter((line) => line.trim() !== ""));
}

/** What is in a CSV's `filename` column, if it has one. */
async function namesInTable(list: string): Promise<Set<string>> {
  const names = new Set<string>();
  let column = -1;
  for await (const { cells } of csvRows(list)) {
    if (column >= 0) names.add(cells[column] ?? "");
    else if ((column = cells.findIndex((cell) => cell.trim().toLowerCase() === "filename")) < 0) break;
  }
  return names;
}
