import { basename, dirname } from "node:path";
import { AnchorkitError } from "../../../base/errors.ts";
import { kindOf, listFiles, shownPath } from "../../files.ts";
import { NameIndex } from "../../finding/nameIndex.ts";
import { splitNamed } from "../../split/splitLists.ts";
import {
  columnsOf,
  type CsvRow,
  csvRows,
  firstRow,
  isHeader,
  numberIn,
  refuseLonger,
  textIn,
} from "../../records/csvRows.ts";
import type { LabelFormat, ReadOptions, ReadResult } from "../format.ts";
import { type FileTraits, findLabelFiles, hasTraits, readEach, untilBroken } from "../labelFiles.ts";
import { datasetOf, type NamedImage, type NamedObject } from "../namedLabels.ts";
import { writeOpenImages } from "./writeOpenImages.ts";
import { NothingLeftError, warningsOf, type Warnings } from "../../warnings.ts";

const COLUMNS = ["ImageID", "LabelName", "XMin", "XMax", "YMin", "YMax"] as const;
const OTHERS = ["Source", "Confidence", "IsOccluded", "IsTruncated", "IsGroupOf", "IsDepiction", "IsInside"] as const;

const traits: FileTraits = {
  title: "Open Images CSV",
  extension: /(?<!class-descriptions[^\\/]*)\.[ct]sv$/i,
  looksRight: (head) => isHeader(firstRow(head), COLUMNS),
};

/** The lists of boxes of Open Images: fractions of the image, classes by their ids, groups of objects marked. */
export const openImages: LabelFormat = {
  ...{ id: "openimages", title: traits.title, holds: ["crowd", "truncated", "occluded", "score", "split"] },
  recognizes: (place) => hasTraits(place, traits),
  ...{ read, write: writeOpenImages },
};

/**
 * Reads `train-annotations-bbox.csv` and the like, or all of a folder, with the images that are there: the lists of the
 * whole data set may be left as they are, and are read a row at a time. An image's file is called by its ImageID. Names
 * of classes come from a `class-descriptions….csv` in the same folder.
 *
 * IsGroupOf makes a crowd; IsDepiction and IsInside are attributes; Confidence is a score where it is below 1 or a
 * machine drew the box (Source "activation").
 *
 * @throws AnchorkitError naming file and line
 */
async function read(path: string, options: ReadOptions = {}): Promise<ReadResult> {
  const warnings = warningsOf(options);
  const files = await findLabelFiles(path, traits, warnings, options);
  const isFolder = (await kindOf(path)) === "folder";
  const descriptions = await descriptionsIn(isFolder ? path : dirname(path), warnings);
  const index = new NameIndex(files.images, (file) => file);
  const lists = await readEach(files.labels, warnings, async (from, own) => {
    const split = isFolder ? splitIn(from) : undefined;
    const { images, missing } = await imagesOf(from, index, own);
    return { missing, images: images.map((image): NamedImage => ({ ...image, ...(split && { split }) })) };
  });
  const named = lists.flatMap(({ images }) => images);
  const missing = new Set<string>();
  for (const [id, where] of lists.flatMap((list) => [...list.missing])) {
    if (!missing.has(id)) noteMissing(id, where, warnings);
    missing.add(id);
  }
  if (named.length === 0) {
    const [first] = missing;
    const reason =
      first === undefined ? "lists no images" : `none of ${missing.size} images is there (first: "${first}")`;
    throw new NothingLeftError(`${shownPath(path)}: ${reason}`);
  }
  const used = new Set<string>();
  for (const object of named.flatMap(({ objects }) => objects)) {
    const known = descriptions.get(object.name);
    if (known === undefined && /^\/\w\//.test(object.name) && !used.has(object.name)) {
      warnings.add("classes that no class-descriptions CSV names, called by their ids", object.name);
    }
    used.add(object.name);
    object.name = known ?? object.name;
  }
  const classes = [...descriptions].filter(([id]) => used.has(id)).map(([, name]) => name);
  const dataset = await datasetOf(named, files, warnings, { classes });
  return { dataset, warnings: warnings.lines(), source: `${traits.title} in ${shownPath(path)}` };
}

/**
 * The images of a list, those that are there; objects are called by the ids of their classes. Of the others, the ids and
 * where each is named first.
 */
async function imagesOf(
  from: string,
  index: NameIndex<string>,
  warnings: Warnings,
): Promise<{ images: NamedImage[]; missing: Map<string, string> }> {
  const images = new Map<string, NamedImage>();
  const missing = new Map<string, string>();
  let columns: ReturnType<typeof columnsIn> | undefined;
  let width = 0;
  for await (const row of untilBroken(csvRows(from), from, warnings)) {
    const { cells, where } = row;
    if (columns === undefined) {
      columns = columnsIn(row);
      width = cells.length;
      continue;
    }
    try {
      refuseLonger(row, width);
      const id = textIn(cells[columns.ImageID], "ImageID", where);
      if (missing.has(id)) continue;
      const known = images.get(id);
      if (!known && index.find(id).length === 0) {
        missing.set(id, where);
        continue;
      }
      const image = known ?? { names: [id], from, where, frame: "fraction", objects: [] };
      images.set(id, image);
      image.objects.push(objectOf(row, columns));
    } catch (error) {
      warnings.fail(error, "bad-object", where);
    }
  }
  return { images: [...images.values()], missing };
}

function noteMissing(id: string, where: string, warnings: Warnings): void {
  const detail = { rule: "labels-without-image", detail: `: "${id}"` } as const;
  warnings.add("images that are not there, left out with their labels", where, detail);
}

function columnsIn(header: CsvRow) {
  return columnsOf(header, COLUMNS, OTHERS);
}

function objectOf(row: CsvRow, columns: ReturnType<typeof columnsIn>): NamedObject {
  const { cells, where } = row;
  const fraction = (name: "XMin" | "XMax" | "YMin" | "YMax"): number => {
    const value = numberIn(row, columns[name], name);
    if (value >= -0.01 && value <= 1.01) return value;
    throw new AnchorkitError(`${where}: ${name} must be a fraction of the image from 0 to 1, got ${value}`);
  };
  const cell = (name: (typeof OTHERS)[number]): string => cells[columns[name] ?? -1]?.trim() ?? "";
  const is = (name: (typeof OTHERS)[number]): boolean => cell(name) === "1"; // 0 is no, -1 is not known
  const score = cell("Confidence") === "" ? 1 : numberIn(row, columns.Confidence, "Confidence");
  if (score < 0 || score > 1) throw new AnchorkitError(`${where}: Confidence must be from 0 to 1, got ${score}`);
  const drawnByMachine = cell("Source") === "activation" && cell("Confidence") !== "";
  const attributes = (["IsDepiction", "IsInside"] as const).filter(is).map((name) => [name, true] as const);
  const box: NamedObject["box"] = [fraction("XMin"), fraction("YMin"), fraction("XMax"), fraction("YMax")];
  if (box[0] > box[2]) throw new AnchorkitError(`${where}: XMax (${box[2]}) must exceed XMin (${box[0]})`);
  if (box[1] > box[3]) throw new AnchorkitError(`${where}: YMax (${box[3]}) must exceed YMin (${box[1]})`);
  return {
    ...{ name: textIn(cells[columns.LabelName], "LabelName", where), where, box },
    ...(is("IsOccluded") && { occluded: true }),
    ...(is("IsTruncated") && { truncated: true }),
    ...(is("IsGroupOf") && { crowd: true }),
    ...((score < 1 || drawnByMachine) && { score }),
    ...(attributes.length > 0 && { attributes: Object.fromEntries(attributes) }),
  };
}

/** "train" of oidv6-train-annotations-bbox.csv. */
function splitIn(file: string): NamedImage["split"] {
  return basename(file)
    .split(/[-_.]/)
    .map(splitNamed)
    .find((split) => split !== undefined);
}

/** The name of each class id, in the order of the list. */
async function descriptionsIn(folder: string, warnings: Warnings): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  const lists = (await listFiles(folder)).filter((file) => /class-descriptions[^\\/]*\.csv$/i.test(file));
  const list = lists.find((file) => file.includes("boxable")) ?? lists[0];
  if (list === undefined) return names;
  const add = async (): Promise<void> => {
    for await (const { cells, where } of csvRows(list)) {
      const [id = "", name] = cells;
      if (id !== "LabelName") names.set(id, textIn(name, "the name of a class", where));
    }
  };
  await warnings.attempt(add, undefined, "unreadable-labels", shownPath(list));
  return names;
}
