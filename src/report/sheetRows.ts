import type { Rect } from "./boxShapes.ts";

export interface RowOptions {
  /** Pixels from the left end of a row to its right end. */
  width: number;
  /** How high a row is meant to be; it becomes a little lower or higher, so that its pictures fill it. */
  height: number;
  /** Between two pictures of a row. */
  gap: number;
  /** Under each row. */
  under: number;
  /** So many pictures in each row, whatever their shapes; by default as many as fit. */
  perRow?: number;
}

/** Pictures narrower than this (width over height) get a place of this shape: a title must fit under them. */
const NARROWEST = 0.5;
/** A row is at most so many times as high as meant. */
const HIGHEST = 1.5;

/**
 * Places pictures of any shapes in rows, in their order: all of a row are equally high, and together as wide as the sheet,
 * so that no place is half empty. The last row is not stretched.
 *
 * @param aspects width over height of each
 * @returns a place for each, from 0, 0, in whole pixels; and the height of all
 */
export function sheetRows(aspects: readonly number[], options: RowOptions): { places: Rect[]; height: number } {
  const { width, height, gap, under } = options;
  const shapes = aspects.map((aspect) => Math.min(Math.max(aspect, NARROWEST), width / height));
  const places: Rect[] = [];
  let y = 0;
  for (const row of rowsOf(shapes, options)) {
    const stretch = fillOf(row, options);
    const isLast = places.length + row.length === shapes.length;
    const rowHeight = Math.round(height * Math.min(stretch, isLast && options.perRow === undefined ? 1 : HIGHEST));
    let x = 0;
    for (const shape of row) {
      const placeWidth = Math.min(Math.round(shape * rowHeight), width - x);
      places.push({ x, y, width: placeWidth, height: rowHeight });
      x += placeWidth + gap;
    }
    y += rowHeight + under;
  }
  return { places, height: y };
}

/** A row ends where one more picture would change its height more than it does without it. */
function rowsOf(shapes: readonly number[], options: RowOptions): number[][] {
  const { perRow } = options;
  const rows: number[][] = [];
  for (const shape of shapes) {
    const row = rows.at(-1);
    if (row && (perRow === undefined ? fits(row, shape, options) : row.length < perRow)) row.push(shape);
    else rows.push([shape]);
  }
  return rows;
}

function fits(row: readonly number[], shape: number, options: RowOptions): boolean {
  const [without, withIt] = [fillOf(row, options), fillOf([...row, shape], options)];
  return without > 1 && Math.abs(Math.log(withIt)) <= Math.log(without);
}

/** How many times as high a row must become to fill the width. */
function fillOf(row: readonly number[], { width, height, gap }: RowOptions): number {
  const sum = row.reduce((total, shape) => total + shape * height, 0);
  return (width - gap * (row.length - 1)) / sum;
}
