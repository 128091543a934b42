import { AnchorkitError } from "../../../base/errors.ts";
import { isImageName } from "../../files.ts";
import type { CsvRow } from "../../records/csvRows.ts";
import { splitNamed } from "../../split/splitLists.ts";

/** Where a list of labelled images has what; columns by their index. */
export interface ImageLabelColumns {
  /** How many there are; undefined without a header. */
  width: number | undefined;
  file: number;
  /** The column of labels; without it, the list has a column of 0 and 1 for each class. */
  label?: { at: number; isPlural: boolean };
  /** Columns of 0 and 1, named by their classes. */
  classes: { at: number; name: string }[];
  /** The column of splits, or fastai's `is_valid`, which says whether the image is in val. */
  split?: { at: number; isValid: boolean };
  /** Of `label fetch`: rows that are not "ok" have no file. */
  status?: number;
  /** Names of columns that hold nothing that is read. */
  others: string[];
}

/** Names of the column of files, the likeliest first, as `foldedName` has them. */
export const FILE = [
  ...["file", "filename", "filenames", "filepath", "filepaths", "path", "image", "imagename", "imagepath", "imagefile"],
  ...["img", "imgname", "imgpath", "fname", "imageindex", "imageid", "idcode", "id"],
];

/** Names that say that an image may have several labels. */
const PLURAL = ["labels", "labelnames", "classnames", "tags", "genres", "findinglabels", "attributeids", "targets"];

/** Names of the column of labels, those of classes by name before those of numbers. */
export const LABEL = [
  ...["label", "labelname", "class", "classname", "category", "categoryname", "species", "breed", "variety"],
  ...["diagnosis", "genre", ...PLURAL, "classes", "categories", "tag"],
  ...["classid", "labelid", "categoryid", "target"],
];

export const SPLIT = ["split", "set", "subset", "dataset", "partition", "usage", "fold"];

/** Columns of lists of boxes, outlines and landmarks. */
export const SHAPES =
  /^(?:[xy](?:min|max|[12]|center)?|left|top|right|bottom|bbox.*|boxes|region.*|segmentation|polygon|points|rle|encodedpixels|predictionstring|.*landmark.*)$/;

/** Whether the first rows of a table are those of a list of labelled images. */
export function isImageLabelList([first, second]: readonly (readonly string[])[]): boolean {
  if (first === undefined) return false;
  if (isImageName(first[0]?.trim() ?? "")) return hasNoHeader(first);
  const { file, label, classes } = roles(first, second ?? []);
  return file >= 0 && !first.map(foldedName).some((name) => SHAPES.test(name)) && (label >= 0 || classes.length > 1);
}

/**
 * The columns of a list, by the names in its header; without a header (its first cell is an image) the first column is
 * the file, the second the label, and a third the split.
 *
 * @param second the row below, which tells columns of 0 and 1 from others
 * @throws AnchorkitError where there is no column of files, or none of labels
 */
export function imageLabelColumns({ cells, where }: CsvRow, second: CsvRow | undefined): ImageLabelColumns {
  if (isImageName(cells[0]?.trim() ?? "")) {
    const split = splitNamed(cells[2] ?? "") && { split: { at: 2, isValid: false } };
    return { width: undefined, file: 0, label: { at: 1, isPlural: false }, classes: [], ...split, others: [] };
  }
  const names = cells.map(foldedName);
  const { file, label, split, classes } = roles(cells, second?.cells ?? []);
  if (file < 0) throw new AnchorkitError(`${where}: there is no column "file" (filename, path, image, image_id)`);
  const status = names.indexOf("status");
  const columns = {
    ...{ width: cells.length, file },
    ...(split >= 0 && { split: { at: split, isValid: names[split] === "isvalid" } }),
    ...(status >= 0 && { status }),
  };
  if (label >= 0) {
    const isPlural = PLURAL.includes(names[label] ?? "") || ["classes", "categories"].includes(names[label] ?? "");
    return { ...columns, label: { at: label, isPlural }, classes: [], others: [] };
  }
  if (classes.length === 0) {
    throw new AnchorkitError(
      `${where}: there is no column "label" (class, category, species), and none of 0 and 1 for each class`,
    );
  }
  const used = new Set([file, split, status, ...classes.map(({ at }) => at)]);
  return { ...columns, classes, others: cells.filter((name, i) => !used.has(i) && name.trim() !== "") };
}

/** The first row of a list without a header: a file, a label, and perhaps a split. */
function hasNoHeader(cells: readonly string[]): boolean {
  const [, label = "", split] = cells;
  const isLabel = label.trim() !== "" && !isImageName(label.trim());
  return isLabel && (cells.length === 2 || (cells.length === 3 && splitNamed(split ?? "") !== undefined));
}

/** The index of each column in a header, -1 where there is none, and those that hold 0 or 1 in the row below. */
function roles(header: readonly string[], below: readonly string[]) {
  const names = header.map(foldedName);
  const indexOf = (known: readonly string[]): number =>
    names.indexOf(known.find((name) => names.includes(name)) ?? "-");
  const [file, label] = [indexOf(FILE), indexOf(LABEL)];
  const split = indexOf([...SPLIT, "isvalid"]);
  const classes = header
    .map((name, at) => ({ at, name: name.trim() }))
    .filter(({ at, name }) => name !== "" && at !== file && at !== split && isMark(below[at]));
  return { file, label, split, classes };
}

/** Whether a cell says that the image has the class or not. */
export function isMark(cell: string | undefined): boolean {
  return /^[01](?:\.0*)?$/.test(cell?.trim() ?? "");
}

/** "filename" of "File Name", "file_name" and "filename". */
export function foldedName(name: string): string {
  return name.toLowerCase().replace(/[\s_.-]+/g, "");
}
