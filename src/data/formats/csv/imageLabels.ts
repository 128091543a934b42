import { AnchorkitError } from "../../../base/errors.ts";
import { shown } from "../../../base/shown.ts";
import { shownPath, stemOf } from "../../files.ts";
import { byNameAndNumber, tidyClassName } from "../../placing/classNames.ts";
import { type CsvRow, csvRows, firstRows, refuseLonger, textIn } from "../../records/csvRows.ts";
import { splitNamed } from "../../split/splitLists.ts";
import type { Place } from "../../place.ts";
import { NothingLeftError, type Warnings, warningsOf } from "../../warnings.ts";
import type { LabelFormat, Likeness, ReadOptions, ReadResult } from "../format.ts";
import { type FileTraits, findLabelFiles, hasTraits, readEach, untilBroken } from "../labelFiles.ts";
import { datasetOf, type NamedImage } from "../namedLabels.ts";
import { type ImageLabelColumns, imageLabelColumns, isImageLabelList, isMark } from "./imageLabelColumns.ts";
import { labelsInCells, NONE } from "./labelCells.ts";
import { writeImageLabels } from "./writeImageLabels.ts";

const traits: FileTraits = {
  title: "CSV of image labels",
  extension: /(?<!sample_?submission[^\\/]*)\.[ct]sv$/i,
  looksRight: (head) => isImageLabelList(firstRows(head, 2)),
};

/** Whether a file that begins so is a list of labelled images. */
export function looksLikeImageLabels(head: string): boolean {
  return traits.looksRight(head);
}

/** Files that hold labels of another format, or could. */
const OTHER_LABELS = /\.(?:xml|jsonl?|ya?ml|pbtxt|record|tfrecords?)$/i;

/** A list of labelled images, for classifiers: Kaggle's, Keras's `flow_from_dataframe`, Roboflow's `_classes.csv`. */
export const imageLabels: LabelFormat = {
  ...{ id: "imagelabels", title: traits.title, holds: ["split", "labels"] },
  ...{ recognizes, read, write: writeImageLabels },
};

/** Beside labels of another kind, a list may be made of them. */
async function recognizes(place: Place): Promise<Likeness> {
  const likeness = await hasTraits(place, traits);
  return likeness !== "no" && place.files.some((file) => OTHER_LABELS.test(file)) ? "maybe" : likeness;
}

/** Of images with several rows, more than one in so many must have different labels, or these contradict each other. */
const FEW_CONTRADICTIONS = 5;

/**
 * Reads a list of images and their labels as wholes, or all lists of a folder: a column for the file and one for the
 * label, with or without a header, and perhaps one for the split. An image has several labels in several rows, in one
 * cell (`labelsInCells`), or where each class has a column of 0 and 1. Classes are in the order of their columns, else of
 * their names, in which numbers count as such: "9" comes before "10". The data set has no boxes: its images have `labels`.
 *
 * Where one image in five or fewer has several rows with different labels, and nothing else says that images have
 * several, these contradict each other: the first counts, with a warning.
 *
 * @throws AnchorkitError naming file and line
 */
async function read(path: string, options: ReadOptions = {}): Promise<ReadResult> {
  const warnings = warningsOf(options);
  const files = await findLabelFiles(path, traits, warnings, options);
  const lists = await readEach(files.labels, warnings, imagesOf);
  const named = lists.flatMap(({ images }) => images);
  if (named.length === 0) throw new NothingLeftError(`${shownPath(path)}: lists no images`);
  const used = named.flatMap(({ labels = [] }) => labels);
  const columns = lists.flatMap(({ classes }) => classes);
  if (used.length + columns.length === 0) throw new AnchorkitError(`${shownPath(path)}: not one image has a label`);
  const classes = [...new Set([...columns, ...[...new Set(used)].sort(byNameAndNumber)])];
  const dataset = await datasetOf(named, files, warnings, { classes });
  return { dataset, warnings: warnings.lines(), source: `${traits.title} in ${shownPath(path)}` };
}

/** The images of one list, and the classes that have columns of their own. */
interface ImageList {
  images: NamedImage[];
  classes: string[];
}

interface Row {
  file: string;
  split: NamedImage["split"];
  where: string;
  /** The cell of labels, or those that a row of 0 and 1 says. */
  labels: string | string[];
}

async function imagesOf(from: string, warnings: Warnings): Promise<ImageList> {
  const { rows, columns } = await rowsOf(from, warnings);
  const cells = rows.map(({ labels }) => (typeof labels === "string" ? labels : ""));
  const inCells = labelsInCells(cells, columns.label?.isPlural ?? false);
  const images = new Map<string, Labelled>();
  for (const [i, { file, split, where, labels }] of rows.entries()) {
    const key = file.trim().replaceAll("\\", "/").replace(/^(?:\.\/)+/, ""); // prettier-ignore
    const image: Labelled = images.get(key) ?? { file, split, where, labels: new Map(), second: undefined };
    images.set(key, image);
    if (split !== undefined && image.split !== undefined && split !== image.split) {
      const error = `${where}: ${shown(file)} is ${split}, and ${image.split} in a line above; keep one`;
      warnings.fail(new AnchorkitError(error), "two-splits", where);
    }
    image.split ??= split;
    const own = typeof labels === "string" ? (inCells[i] ?? []) : labels;
    for (const name of own) {
      if (image.labels.size > 0 && !image.labels.has(tidyClassName(name))) image.second ??= where;
      if (!image.labels.has(tidyClassName(name))) image.labels.set(tidyClassName(name), name);
    }
  }
  const hasSeveral = columns.label === undefined || inCells.some(({ length }) => length > 1) || cells.includes(NONE);
  const all = [...images.values()];
  const isMulti = hasSeveral || all.filter(({ second }) => second).length * FEW_CONTRADICTIONS > all.length;
  const part = splitNamed(stemOf(from).replace(/[._-]?(?:labels?|classes|annotations?)$/i, ""));
  return {
    images: all.map((image) => ({
      ...{ names: [image.file], from, where: image.where, objects: [] },
      ...(image.split ? { split: image.split } : part && { part }),
      ...labelsOf(image, isMulti, warnings),
    })),
    classes: columns.classes.map(({ name }) => name),
  };
}

/** An image, and its labels by what they are when tidied. */
interface Labelled extends Omit<Row, "labels"> {
  labels: Map<string, string>;
  /** Where a label is that is not the first. */
  second: string | undefined;
}

/** The labels of an image; undefined where a list of single labels has none. */
function labelsOf({ file, labels: all, where, second }: Labelled, isMulti: boolean, warnings: Warnings) {
  const labels = [...all.values()];
  if (isMulti) return { labels };
  const [first, other] = labels;
  if (first === undefined) {
    warnings.add("images without a label among others with one", where, { rule: "no-label" });
    return {};
  }
  if (other !== undefined) {
    const what =
      'images with two labels in a list of single ones, the first kept (a column called "labels" may have several)';
    const detail = `: ${shown(file)} is ${shown(first)} and ${shown(other)}`;
    warnings.add(what, second ?? where, { rule: "two-labels", detail });
  }
  return { labels: [first] };
}

async function rowsOf(from: string, warnings: Warnings): Promise<{ rows: Row[]; columns: ImageLabelColumns }> {
  const lines: CsvRow[] = [];
  for await (const line of untilBroken(csvRows(from), from, warnings)) lines.push(line);
  const [first, second] = lines;
  if (first === undefined) throw new AnchorkitError(`${shownPath(from)}: the file is empty`);
  const columns = imageLabelColumns(first, second);
  for (const name of columns.others) {
    warnings.add("columns that hold no labels, passed over", `${shown(name)} in ${shownPath(from)}`);
  }
  const rows = (columns.width === undefined ? lines : lines.slice(1)).flatMap((line): Row[] => {
    try {
      return rowOf(line, columns, warnings);
    } catch (error) {
      warnings.fail(error, "bad-object", line.where);
      return [];
    }
  });
  return { rows, columns };
}

/** What a row says; nothing of an image that `label fetch` could not get. */
function rowOf(line: CsvRow, columns: ImageLabelColumns, warnings: Warnings): Row[] {
  const { cells, where } = line;
  if (columns.width !== undefined) refuseLonger(line, columns.width);
  const status = cells[columns.status ?? -1]?.trim() ?? "ok";
  if (status !== "ok" && cells[columns.file]?.trim() === "") {
    warnings.add("images that were not fetched, left out", where, { detail: ` (${status})` });
    return [];
  }
  const file = textIn(cells[columns.file], "the file", where).trim();
  const labels = columns.label ? (cells[columns.label.at] ?? "") : columns.classes.flatMap(({ at, name }) => {
    const cell = cells[at]?.trim() ?? "";
    if (!isMark(cell)) throw new AnchorkitError(`${where}: ${name} must be 0 or 1, got "${cell}"`);
    return Number(cell) === 1 ? [name] : [];
  }); // prettier-ignore
  return [{ file, split: splitIn(cells, columns, where, warnings), where, labels }];
}

function splitIn(
  cells: readonly string[],
  { split }: ImageLabelColumns,
  where: string,
  warnings: Warnings,
): NamedImage["split"] {
  const value = cells[split?.at ?? -1]?.trim() ?? "";
  if (!split || value === "") return undefined;
  const named = split.isValid ? validation(value) : splitNamed(value);
  if (named) return named;
  warnings.add("splits that are neither train, val nor test, not taken", `${shown(value)} in ${where}`);
  return undefined;
}

/** The split that fastai's `is_valid` says. */
function validation(value: string): NamedImage["split"] {
  if (/^(?:true|1)$/i.test(value)) return "val";
  return /^(?:false|0)$/i.test(value) ? "train" : undefined;
}
