import { maskUnion } from "./mergeMasks.ts";
import { readBox, type Box } from "../readBoxes.ts";
import { checkMaskSize, type Rle } from "./rle.ts";

// COCO's rule, by which its published areas and mask scores are made: corners are rounded to a grid that is five times
// as fine as the pixels, and the outline is drawn on it, edge by edge, one grid point a step. Pixel column x has its
// middle in grid column 5x + 2. Wherever the outline steps between that column and the next, the pixels of column x
// from there down change sides, from outside to inside or back. So self-crossing outlines are filled by the even-odd
// rule, and what lies outside the image is cut off.

/** Grid points a pixel. */
const SCALE = 5;

/** The farthest coordinate: with more the grid's arithmetic would no longer be exact. */
const MAX_COORDINATE = 1e6;

/** The most crossings of outline and columns: what a mask of 2^28 pixels can have as runs. */
const MAX_CROSSINGS = 2 ** 28;

/**
 * The pixels inside one polygon.
 * @param polygon x and y of each corner in turn, in pixels from the image's upper left corner; the last is joined to the first.
 * @throws TypeError where there are not two numbers a corner or not 3 corners, RangeError where a coordinate is NaN or
 *   beyond ±1e6, or the image has not 1 to 2^28 pixels.
 */
export function rleFromPolygon(polygon: ArrayLike<number>, height: number, width: number): Rle {
  checkMaskSize("rleFromPolygon", height, width);
  return fill("rleFromPolygon", polygon, height, width);
}

/**
 * The pixels inside any of the polygons: an object in several parts, COCO's `segmentation`.
 * @throws as `rleFromPolygon`, and RangeError where there is no polygon.
 */
export function rleFromPolygons(polygons: readonly ArrayLike<number>[], height: number, width: number): Rle {
  checkMaskSize("rleFromPolygons", height, width);
  if (!Array.isArray(polygons) || polygons.length === 0) {
    throw new RangeError("rleFromPolygons: there must be a list of at least one polygon");
  }
  const masks = polygons.map((polygon, i) =>
    fill(`rleFromPolygons: polygons[${i}]`, polygon as ArrayLike<number>, height, width),
  );
  return maskUnion(masks);
}

/**
 * The pixels inside a box [x1, y1, x2, y2], which is filled as the polygon of its corners.
 * @throws as `rleFromPolygon`.
 */
export function rleFromBox(box: Box, height: number, width: number): Rle {
  checkMaskSize("rleFromBox", height, width);
  const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = readBox("rleFromBox: box", box);
  return fill("rleFromBox", [x1, y1, x1, y2, x2, y2, x2, y1], height, width);
}

function fill(where: string, polygon: ArrayLike<number>, height: number, width: number): Rle {
  const grid = toGrid(where, polygon);
  const places = crossings(where, grid, height, width).sort();
  return { height, width, counts: toRuns(places, height * width) };
}

/** The corners on the finer grid, x and y in turn, the first once more at the end. */
function toGrid(where: string, polygon: ArrayLike<number>): Int32Array {
  const isList = Array.isArray(polygon) || ArrayBuffer.isView(polygon);
  const { length } = isList ? polygon : [];
  if (length % 2 !== 0 || length < 6) {
    const got = isList ? `${length} numbers` : typeof polygon;
    throw new TypeError(`${where}: a polygon must be a flat list of x and y of at least 3 corners, got ${got}`);
  }
  const grid = new Int32Array(length + 2);
  for (let i = 0; i < length; i++) {
    const value: unknown = polygon[i];
    if (typeof value !== "number" || !(Math.abs(value) <= MAX_COORDINATE)) {
      const got = typeof value === "number" ? value : typeof value;
      throw new RangeError(`${where}: number ${i} of the polygon must be from -1e6 to 1e6, got ${got}`);
    }
    grid[i] = Math.trunc(SCALE * value + 0.5);
  }
  grid.copyWithin(length, 0, 2);
  return grid;
}

/** Where the outline crosses the middles of the image's columns, as places counted down the columns, edge after edge. */
function crossings(where: string, grid: Int32Array, height: number, width: number): Uint32Array {
  let most = 0;
  for (let i = 0; i + 2 < grid.length; i += 2) {
    const run = Math.abs((grid[i + 2] as number) - (grid[i] as number));
    most += Math.min(width, Math.ceil(run / SCALE));
  }
  if (most > MAX_CROSSINGS) throw new RangeError(`${where}: the outline crosses the image's columns too often`);
  const places = new Uint32Array(most);
  let length = 0;
  for (let i = 0; i + 2 < grid.length; i += 2) length = crossColumns(grid, i, height, width, places, length);
  return places.subarray(0, length);
}

/**
 * Adds the crossings of the edge that begins at grid[i]. It is drawn from its left (steep edges: upper) end, a step at a
 * time along the longer side, the other coordinate rounded half up.
 * @returns how many places there are now.
 */
function crossColumns(
  grid: Int32Array,
  i: number,
  height: number,
  width: number,
  places: Uint32Array,
  length: number,
): number {
  let [x1, y1] = [grid[i] as number, grid[i + 1] as number];
  let [x2, y2] = [grid[i + 2] as number, grid[i + 3] as number];
  const steep = Math.abs(x2 - x1) < Math.abs(y2 - y1);
  if (steep ? y1 > y2 : x1 > x2) [x1, y1, x2, y2] = [x2, y2, x1, y1];
  const slope = steep ? (x2 - x1) / (y2 - y1) : (y2 - y1) / (x2 - x1);
  const first = Math.max(0, Math.ceil((Math.min(x1, x2) - 2) / SCALE));
  const last = Math.min(width - 1, Math.floor((Math.max(x1, x2) - 3) / SCALE));
  for (let x = first; x <= last; x++) {
    const middle = SCALE * x + 2;
    // The upper one of the two grid points, left and right of the crossing.
    let y: number;
    if (steep) y = y1 + stepsBefore(middle + 1, x1, slope);
    else y = Math.trunc(y1 + slope * (middle - x1 + (slope < 0 ? 1 : 0)) + 0.5);
    const row = Math.floor((y + 2) / SCALE); // the first row whose middle is at y or below
    places[length++] = x * height + Math.min(height, Math.max(0, row));
  }
  return length;
}

/** How many steps a steep edge goes down from grid column `from` before it comes to the other side of `border`. */
function stepsBefore(border: number, from: number, slope: number): number {
  const crossed = (steps: number) => from + slope * steps + 0.5 >= border === slope > 0;
  // The quotient is one off at times: the rounding of the line itself decides.
  let steps = Math.floor((border - 0.5 - from) / slope);
  while (crossed(steps)) steps--;
  while (!crossed(steps + 1)) steps++;
  return steps;
}

/** The runs between the crossings; two at one place undo each other. */
function toRuns(places: Uint32Array, pixels: number): Uint32Array {
  const counts = new Uint32Array(places.length + 1);
  let length = 0;
  let from = 0;
  for (let i = 0; i < places.length; i++) {
    const place = places[i] as number;
    if (place === places[i + 1]) i++;
    else if (place < pixels) {
      counts[length++] = place - from;
      from = place;
    }
  }
  counts[length++] = pixels - from;
  return counts.slice(0, length);
}
