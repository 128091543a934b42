import { dirname, join } from "node:path";
import { AnchorkitError } from "../../../base/errors.ts";
import { isImageName, kindOf, shownPath, stemOf } from "../../files.ts";
import { tidyClassName } from "../../placing/classNames.ts";
import { splitNamed } from "../../split/splitLists.ts";
import { boxOfCorners } from "../corners.ts";
import { type CsvRow, csvRows, firstRow, numberIn, textIn } from "../../records/csvRows.ts";
import type { LabelFormat, ReadOptions, ReadResult } from "../format.ts";
import { type FileTraits, findLabelFiles, hasTraits, readEach, untilBroken } from "../labelFiles.ts";
import { datasetOf, type NamedImage } from "../namedLabels.ts";
import { CLASS_LIST, writeRetinanet } from "./writeRetinanet.ts";
import { NothingLeftError, warningsOf, type Warnings } from "../../warnings.ts";

const CORNERS = ["x1", "y1", "x2", "y2"];
const SIZE = ["image_width", "image_height"];

const traits: FileTraits = {
  title: "RetinaNet CSV",
  extension: /(?<!\bclasses)\.(?:[ct]sv|txt)$/i,
  looksRight,
};
/** keras-frcnn's annotate.txt and the like. In folders with a text for each image, other lists are looked at first. */
const texts: FileTraits = { ...traits, extension: /\.txt$/i };
const tables: FileTraits = { ...traits, extension: /(?<!\bclasses)\.[ct]sv$/i };

/** The CSV of Keras's and PyTorch's RetinaNet: path, corners and class of a box, without a header. */
export const retinanet: LabelFormat = {
  ...{ id: "retinanet", title: traits.title, holds: ["split"] },
  recognizes: async (place) => {
    const likeness = await hasTraits(place, tables);
    return likeness === "no" ? hasTraits(place, texts) : likeness;
  },
  ...{ read, write: writeRetinanet },
};

/** Six cells or, with the image's size, eight, of which those of the corners are numbers, or all but the path are empty. */
function looksRight(head: string): boolean {
  const [path = "", ...others] = firstRow(head).map((cell) => cell.trim());
  if (path === "" || (others.length !== 5 && others.length !== 7)) return false;
  if (others.every((cell) => cell === "")) return others.length === 5;
  const [name = "", ...size] = others.splice(4);
  if (name === "" || (size.length > 0 && isImageName(name) && !isImageName(path))) return false; // makesense.ai's
  return [...others, ...size].every((cell) => /^-?\d+(?:[.,]\d*)?$/.test(cell));
}

/**
 * Reads a CSV without header, `path,x1,y1,x2,y2,class` a row, or all of a folder; those called train, val and test are
 * splits. keras-frcnn's annotate.txt is one, and so is SKU-110K's, which has the image's width and height behind the class. Paths start from the CSV's folder; pixels count from 0, x2 and y2 are exclusive. A row of a path alone
 * (`path,,,,,`) is a background. `classes.csv` beside it, `name,id` a row, gives the order of classes.
 *
 * @throws AnchorkitError naming file and line
 */
async function read(path: string, options: ReadOptions = {}): Promise<ReadResult> {
  const warnings = warningsOf(options);
  const files = await findLabelFiles(path, traits, warnings, options);
  const isFolder = (await kindOf(path)) === "folder";
  const lists = await readEach(files.labels, warnings, (from, own) => imagesOf(from, options, own));
  const named = lists.flat().map((image): NamedImage => {
    const split = isFolder ? splitNamed(stemOf(image.from).replace(/[._-]?annotations[._-]?/gi, "")) : undefined;
    return { ...image, ...(split && { split }) };
  });
  if (named.length === 0) throw new NothingLeftError(`${shownPath(path)}: lists no images`);
  const classes = await classesBeside(files.labels, warnings);
  const dataset = await datasetOf(named, files, warnings, { classes });
  const listed = new Set(classes.map(tidyClassName));
  const added = dataset.classes.filter((name) => listed.size > 0 && !listed.has(name));
  for (const name of added) warnings.add(`classes that ${CLASS_LIST} lacks, added`, JSON.stringify(name));
  return { dataset, warnings: warnings.lines(), source: `${traits.title} in ${shownPath(path)}` };
}

async function imagesOf(from: string, { coordinates }: ReadOptions, warnings: Warnings): Promise<NamedImage[]> {
  const images = new Map<string, NamedImage>();
  for await (const row of untilBroken(csvRows(from), from, warnings)) {
    const { cells, where } = row;
    try {
      const path = textIn(cells[0], "the path", where);
      const size = cells.length === 8 ? sizeIn(row) : undefined;
      const image = images.get(path) ?? {
        names: [path],
        from,
        where,
        ...(size && { labelledSize: size }),
        objects: [],
      };
      images.set(path, image);
      if (cells.slice(1, 6).every((cell) => cell.trim() === "")) continue;
      if (cells.length !== 6 && cells.length !== 8) throw new AnchorkitError(`${where}: expected path,x1,y1,x2,y2,class, got ${cells.length} cells`); // prettier-ignore
      const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = CORNERS.map((name, i) => numberIn(row, i + 1, name));
      const context = { convention: coordinates ?? "zero-based", size, where, warnings } as const;
      const box = boxOfCorners([x1, y1, x2, y2], context);
      image.objects.push({ name: textIn(cells[5], "class", where), where, box });
    } catch (error) {
      warnings.fail(error, "bad-object", where);
    }
  }
  return [...images.values()];
}

/** The image's size behind the class; undefined where it is 0. */
function sizeIn(row: CsvRow): { width: number; height: number } | undefined {
  const [width = 0, height = 0] = SIZE.map((name, i) => numberIn(row, i + 6, name));
  return width > 0 && height > 0 ? { width, height } : undefined;
}

/** The names of the classes.csv beside one of the lists, in the order of their numbers; none where there is none. */
async function classesBeside(lists: readonly string[], warnings: Warnings): Promise<string[]> {
  for (const folder of new Set(lists.map((list) => dirname(list)))) {
    const file = join(folder, CLASS_LIST);
    if ((await kindOf(file)) !== "file") continue;
    return warnings.attempt(() => classesOf(file), [], "unreadable-labels", shownPath(file));
  }
  return [];
}

async function classesOf(file: string): Promise<string[]> {
  const classes = new Map<number, string>();
  for await (const row of csvRows(file)) {
    const { cells, where } = row;
    const id = numberIn(row, 1, "the number of a class");
    const name = textIn(cells[0], "the name of a class", where);
    if (!Number.isInteger(id) || id < 0) throw new AnchorkitError(`${where}: classes are numbered from 0, got ${id}`);
    if (classes.has(id)) throw new AnchorkitError(`${where}: the number ${id} is there twice`);
    classes.set(id, name);
  }
  return [...classes].sort(([a], [b]) => a - b).map(([, name]) => name);
}
