import { isImageName } from "../../files.ts";
import { columnsOf, type CsvRow, isHeader, numberIn, textIn } from "../../records/csvRows.ts";
import type { NamedObject } from "../namedLabels.ts";

/** The columns of makesense.ai's CSV, in its order. It writes no header, but people add one. */
const COLUMNS = [
  ...(["label_name", "bbox_x", "bbox_y", "bbox_width", "bbox_height"] as const),
  ...(["image_name", "image_width", "image_height"] as const),
];

/** Whether a file begins as makesense.ai's CSV does: a header, or a row with numbers and an image where they belong. */
export function isMakesense(cells: readonly string[]): boolean {
  if (isMakesenseHeader(cells)) return true;
  const isNumber = (i: number): boolean => /^-?\d+(?:[.,]\d*)?$/.test(cells[i]?.trim() ?? "");
  return cells.length === COLUMNS.length && isImageName(cells[5] ?? "") && [1, 2, 3, 4, 6, 7].every(isNumber);
}

export function isMakesenseHeader(cells: readonly string[]): boolean {
  return isHeader(cells, COLUMNS);
}

/**
 * What a row of makesense.ai's CSV says: pixels from 0, the box as its upper left corner and size.
 *
 * @param header undefined where there is none
 * @throws AnchorkitError naming file and line
 */
export function makesenseRow(row: CsvRow, header: CsvRow | undefined) {
  const { cells, where } = row;
  const columns = columnsOf(header ?? { cells: [...COLUMNS], where }, COLUMNS, []);
  const number = (name: (typeof COLUMNS)[number]): number => numberIn(row, columns[name], name);
  const [x, y] = [number("bbox_x"), number("bbox_y")];
  const corners: NamedObject["box"] = [x, y, x + number("bbox_width"), y + number("bbox_height")];
  return {
    filename: textIn(cells[columns.image_name], "image_name", where),
    size: { width: number("image_width"), height: number("image_height") },
    object: { name: textIn(cells[columns.label_name], "label_name", where), where, corners },
  };
}
