import { AnchorkitError } from "../../../base/errors.ts";
import { kindOf, shownPath, stemOf } from "../../files.ts";
import type { Place } from "../../place.ts";
import { splitNamed } from "../../split/splitLists.ts";
import { boxOfCorners, type CornersContext } from "../corners.ts";
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
import type { LabelFormat, Likeness, ReadOptions, ReadResult } from "../format.ts";
import { type FileTraits, findLabelFiles, hasTraits, readEach, untilBroken } from "../labelFiles.ts";
import { datasetOf, type NamedImage, type NamedObject } from "../namedLabels.ts";
import { isMakesense, isMakesenseHeader, makesenseRow } from "./makesenseCsv.ts";
import { writeTensorflowCsv } from "./writeTensorflowCsv.ts";
import { NothingLeftError, warningsOf, type Warnings } from "../../warnings.ts";

const CORNERS = ["xmin", "ymin", "xmax", "ymax"] as const;
const OBJECT = ["class", ...CORNERS] as const;
const COLUMNS = ["filename", ...OBJECT] as const;

/** What other tools (VoTT, Kaggle's lists) call these columns. */
const OTHER_NAMES: Record<(typeof COLUMNS)[number] | "width" | "height", string[]> = {
  filename: ["file", "file_name", "filepath", "file_path", "image", "image_name", "image_path", "img", "path"],
  class: ["label", "class_name", "label_name", "category", "name"],
  ...{ xmin: ["x_min", "x1", "left"], ymin: ["y_min", "y1", "top"] },
  ...{ xmax: ["x_max", "x2", "right"], ymax: ["y_max", "y2", "bottom"] },
  ...{ width: ["image_width", "img_width"], height: ["image_height", "img_height"] },
};

const traits: FileTraits = {
  title: "TensorFlow's CSV",
  extension: /\.[ct]sv$/i,
  looksRight: (head) => isHeader(usualNames(firstRow(head)), COLUMNS) || isMakesense(firstRow(head)),
};

/** The CSV of TensorFlow's object detection tutorials, made of LabelImg's XML: a row a box. */
export const tensorflowCsv: LabelFormat = {
  ...{ id: "csv", title: traits.title, holds: ["split"] },
  ...{ recognizes, read, write: writeTensorflowCsv },
};

/** Beside XML, the lists were made of it, and say less. */
async function recognizes(place: Place): Promise<Likeness> {
  const likeness = await hasTraits(place, traits);
  return likeness !== "no" && place.files.some((file) => /\.xml$/i.test(file)) ? "maybe" : likeness;
}

/**
 * Reads a CSV with the columns filename, class, xmin, ymin, xmax and ymax, in any order, and width and height if they
 * are there; or all of a folder, of which train_labels.csv and test_labels.csv are splits. The rows of an image need not
 * follow each other; a row without class and box is a background. Names that other tools have for these columns, such as
 * image and label, are known.
 *
 * The CSV of makesense.ai, which has other columns and no header, is read, too; its pixels count from 0.
 *
 * Corners are taken to be LabelImg's (see `Coordinates`) unless something in the file is not as LabelImg's numbers are:
 * then they count from 0. That is a corner that is 0 or a fraction, a 1 with a point ("1.0") among whole numbers, as
 * `writeTensorflowCsv` has it, and columns of other names than xmin and ymin.
 *
 * @throws AnchorkitError naming file and line
 */
async function read(path: string, options: ReadOptions = {}): Promise<ReadResult> {
  const warnings = warningsOf(options);
  const files = await findLabelFiles(path, traits, warnings, options);
  const lists = await readEach(files.labels, warnings, (from, own) => imagesOf(from, options, own));
  const isFolder = (await kindOf(path)) === "folder"; // of a list that is given alone, the others may be elsewhere
  const named = lists.flat().map((image): NamedImage => {
    const split = isFolder
      ? splitNamed(stemOf(image.from).replace(/[._-]?(?:labels|annotations)[._-]?/gi, ""))
      : undefined;
    return { ...image, ...(split && { split }) };
  });
  if (named.length === 0) throw new NothingLeftError(`${shownPath(path)}: lists no images`);
  const dataset = await datasetOf(named, files, warnings);
  return { dataset, warnings: warnings.lines(), source: `${traits.title} in ${shownPath(path)}` };
}

interface Row {
  filename: string;
  size: CornersContext["size"];
  /** Some of its corners are written with a point, and others are not. */
  hasPoints?: boolean;
  object: (Pick<NamedObject, "name" | "where"> & { corners: NamedObject["box"] }) | undefined;
}

async function imagesOf(from: string, { coordinates }: ReadOptions, warnings: Warnings): Promise<NamedImage[]> {
  const { rows, isFromZero } = await rowsOf(from, warnings);
  const corners = rows.flatMap(({ object }) => object?.corners ?? []);
  const fromZero = isFromZero || corners.some((value) => value < 1 || !Number.isInteger(value));
  const convention = coordinates ?? (fromZero ? "zero-based" : "labelimg");
  const images = new Map<string, NamedImage>();
  for (const { filename, size, object } of rows) {
    const image: NamedImage = images.get(filename) ?? {
      ...{ names: [filename], from, where: `${shownPath(from)}: "${filename}"`, objects: [] },
      ...(size && { labelledSize: size }),
    };
    images.set(filename, image);
    if (!object) continue;
    const { corners: written, ...said } = object;
    try {
      image.objects.push({ ...said, box: boxOfCorners(written, { convention, size, where: said.where, warnings }) });
    } catch (error) {
      warnings.fail(error, "bad-object", said.where);
    }
  }
  return [...images.values()];
}

async function rowsOf(from: string, warnings: Warnings): Promise<{ rows: Row[]; isFromZero: boolean }> {
  const rows: Row[] = [];
  let rowOf: ((row: CsvRow) => Row) | undefined;
  let isFromZero = false;
  for await (const row of untilBroken(csvRows(from), from, warnings)) {
    if (rowOf === undefined) {
      const header = isMakesense(row.cells) && !isMakesenseHeader(row.cells) ? undefined : row;
      const isOther = isMakesense(row.cells);
      isFromZero = isOther || !isHeader(row.cells, ["xmin", "ymin"]);
      rowOf = isOther ? (each) => makesenseRow(each, header) : reader(row);
      if (header) continue;
    }
    try {
      const read = rowOf(row);
      rows.push(read);
      isFromZero ||= read.hasPoints ?? false;
    } catch (error) {
      warnings.fail(error, "bad-object", row.where);
    }
  }
  if (rowOf === undefined) throw new AnchorkitError(`${shownPath(from)}: the file is empty`);
  return { rows, isFromZero };
}

/** The names of a header, with TensorFlow's own in place of others for the columns that it lacks. */
function usualNames(cells: readonly string[]): string[] {
  const names = cells.map((cell) => cell.trim().toLowerCase());
  for (const [own, others] of Object.entries(OTHER_NAMES)) {
    const other = others.find((name) => names.includes(name));
    if (!names.includes(own) && other !== undefined) names[names.indexOf(other)] = own;
  }
  return names;
}

/** Reads rows below the header that is given. */
function reader(header: CsvRow): (row: CsvRow) => Row {
  const columns = columnsOf({ ...header, cells: usualNames(header.cells) }, COLUMNS, ["width", "height"]);
  return (row) => {
    refuseLonger(row, header.cells.length);
    const { cells, where } = row;
    const cell = (name: keyof typeof columns): string => (cells[columns[name] ?? -1] ?? "").trim();
    const number = (name: keyof typeof columns): number => numberIn(row, columns[name], name);
    const isThere = (name: keyof typeof columns): boolean => cell(name) !== "";
    const filename = textIn(cells[columns.filename], "filename", where);
    const [width, height] = [isThere("width") ? number("width") : 0, isThere("height") ? number("height") : 0];
    const size = width > 0 && height > 0 ? { width, height } : undefined;
    if (!OBJECT.some(isThere)) return { filename, size, object: undefined };
    const corners: NamedObject["box"] = [number("xmin"), number("ymin"), number("xmax"), number("ymax")];
    const pointed = CORNERS.filter((name) => /[.,]/.test(cell(name))).length;
    const object = { name: textIn(cells[columns.class], "class", where), where, corners };
    return { filename, size, object, hasPoints: pointed > 0 && pointed < CORNERS.length };
  };
}
