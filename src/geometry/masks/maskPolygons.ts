import { boxOf } from "./maskExtent.ts";
import { checkRle, type Rle } from "./rle.ts";

/**
 * The outlines of a mask along the edges of its pixels, exactly: `rleFromPolygons` of them is the mask again, and so is
 * any other filling of them, by the even-odd or the nonzero rule.
 *
 * A polygon is a part whose pixels touch at sides or corners. From its uppermost corner it goes round the part clockwise
 * as seen on the screen (the part on its right), has a corner only where it turns, and touches itself where pixels touch
 * at a corner alone. A hole is reached from the outline above it, or from another hole, by a vertical bridge that is
 * walked there and back; round the hole it goes the other way.
 *
 * Borders are followed edge by edge with one side on the mask, as in Rosenfeld, "Connectivity in Digital Pictures",
 * Journal of the ACM 17 (1970). Time goes with the pixels of the box around the mask.
 *
 * @returns x and y of each corner in turn, whole pixels; parts from the left; no polygon where no pixel is inside.
 * @throws RangeError where the runs do not sum up to height * width.
 */
export function maskPolygons(rle: Rle): number[][] {
  const [left, top, right, bottom] = boxOf(checkRle("maskPolygons", rle));
  const cells = cellsIn(rle, left, top, right - left, bottom - top);
  const corners = new Corners();
  const parts: number[] = []; // a corner of each
  const holes: number[] = []; // the upper left corner of each
  const upperEdges = new Map<number, number>(); // cell below -> corner that the edge's straight line begins at
  for (const start of cells.upper) {
    if (upperEdges.has(start)) continue;
    const border = follow(cells, start, corners, upperEdges);
    if (border.isHole) holes.push(border.corner);
    else parts.push(border.corner);
  }
  bridge(holes, cells, corners, upperEdges);
  return parts.map((first) => corners.from(first, left, top));
}

/** The pixels of a mask in a box, column after column, with a border of outside pixels on all sides. */
interface Cells {
  inside: Uint8Array;
  /** From a cell to the one on its right; the one below is the next. */
  stride: number;
  /** The cells inside with none inside above them, in order. */
  upper: number[];
}

function cellsIn({ height, counts }: Rle, left: number, top: number, columns: number, rows: number): Cells {
  const stride = rows + 2;
  const inside = new Uint8Array((columns + 2) * stride);
  const upper: number[] = [];
  let end = 0;
  for (const [i, count] of counts.entries()) {
    const start = end;
    end += count;
    if (i % 2 === 0) continue;
    for (let at = start; at < end;) {
      const x = Math.floor(at / height);
      const below = Math.min(end, (x + 1) * height);
      const cell = (x - left + 1) * stride + (at - x * height) - top + 1;
      // Runs of no pixels may cut one in two.
      if (inside[cell - 1] === 0) upper.push(cell);
      inside.fill(1, cell, cell + below - at);
      at = below;
    }
  }
  return { inside, stride, upper };
}

/** Corners of outlines, each with the next one, so that one outline can be put into another. */
class Corners {
  readonly x: number[] = [];
  readonly y: number[] = [];
  readonly next: number[] = [];

  add(x: number, y: number): number {
    this.x.push(x);
    this.y.push(y);
    return this.next.push(-1) - 1;
  }

  /** x and y of all corners of an outline, shifted. */
  from(first: number, left: number, top: number): number[] {
    const polygon: number[] = [];
    let corner = first;
    do {
      polygon.push((this.x[corner] ?? 0) + left, (this.y[corner] ?? 0) + top);
      corner = this.next[corner] ?? first;
    } while (corner !== first);
    return polygon;
  }
}

// East, south, west, north: steps of corners.
const STEP_X = [1, 0, -1, 0];
const STEP_Y = [0, 1, 0, -1];

/**
 * Follows a border with the mask on the right, from the upper edge of a cell to the east, and notes which straight line
 * each upper edge belongs to.
 *
 * @returns a corner; of a hole, which is gone round to the left, the leftmost of its uppermost ones
 */
function follow(
  { inside, stride }: Cells,
  start: number,
  corners: Corners,
  upperEdges: Map<number, number>,
): { corner: number; isHole: boolean } {
  const isIn = (cell: number): boolean => inside[cell] === 1;
  // The cells ahead of the end of an edge, on the left and right, seen from the cell at its beginning on the right.
  const AHEAD_LEFT = [stride - 1, stride + 1, 1 - stride, -stride - 1];
  const AHEAD = [stride, 1, -stride, -1];
  let [cell, direction, turns] = [start, 0, 0];
  let [x, y] = [Math.floor(start / stride) - 1, (start % stride) - 1];
  let [first, last, upmost] = [-1, -1, -1];
  // It may begin in the middle of a straight line, which then gets its first corner at the end.
  const unplaced: number[] = [];
  do {
    if (direction === 0) {
      if (last < 0) unplaced.push(cell);
      upperEdges.set(cell, last);
    }
    x += STEP_X[direction] ?? 0;
    y += STEP_Y[direction] ?? 0;
    const [diagonal, ahead] = [cell + (AHEAD_LEFT[direction] ?? 0), cell + (AHEAD[direction] ?? 0)];
    let turn = 0;
    // Cells that touch at a corner belong together: the one on the left counts, whatever is on the right.
    if (isIn(diagonal)) [cell, turn] = [diagonal, -1];
    else if (isIn(ahead)) cell = ahead;
    else turn = 1;
    if (turn === 0) continue;
    direction = (direction + turn + 4) % 4;
    turns += turn;
    const corner = corners.add(x, y);
    if (last >= 0) corners.next[last] = corner;
    else first = corner;
    last = corner;
    const isUpper = upmost < 0 || y < (corners.y[upmost] ?? 0);
    if (isUpper || (y === corners.y[upmost] && x < (corners.x[upmost] ?? 0))) upmost = corner;
  } while (cell !== start || direction !== 0);
  corners.next[last] = first;
  for (const edge of unplaced) upperEdges.set(edge, last);
  return { corner: upmost, isHole: turns < 0 };
}

/** Puts each hole into the outline above it: up from its corner, there, and down again. */
function bridge(holes: readonly number[], cells: Cells, corners: Corners, upperEdges: ReadonlyMap<number, number>) {
  // Several that come to one straight line are put in from its end, each right behind its beginning.
  const fromRight = holes.toSorted((a, b) => (corners.x[b] ?? 0) - (corners.x[a] ?? 0));
  for (const hole of fromRight) {
    const [x, y] = [corners.x[hole] ?? 0, corners.y[hole] ?? 0];
    let cell = (x + 1) * cells.stride + y; // above the corner, on the right
    while (cells.inside[cell - 1] === 1) cell--;
    const begin = upperEdges.get(cell) ?? hole;
    const landing = (cell % cells.stride) - 1;
    const [there, copy, back] = [corners.add(x, landing), corners.add(x, y), corners.add(x, landing)];
    corners.next[back] = corners.next[begin] ?? begin;
    corners.next[copy] = corners.next[hole] ?? hole;
    corners.next[hole] = back;
    corners.next[there] = copy;
    corners.next[begin] = x === corners.x[begin] ? copy : there;
  }
}
