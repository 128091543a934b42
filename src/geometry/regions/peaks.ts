import type { ComponentOptions } from "./connectedComponents.ts";
import {
  checkConnectivity,
  checkGrid,
  checkNumbers,
  marginGrid,
  type GridSize,
  type PixelLabels,
} from "./pixelGrid.ts";

export interface PeakOptions extends ComponentOptions {
  /**
   * How far one must go down from a peak, at least, before one can go up to a higher one (its dynamics; "h" of the
   * h-maxima). Default 0: every local maximum is a peak.
   */
  rise?: number;
}

/**
 * The peaks of a map: local maxima that stand out by `rise`. A plateau has one, its first pixel row by row; of two peaks
 * of the same height that do not stand out from each other the first one is kept. So a connected part of the mask has at
 * least one. Where no two peaks have one height they are scikit-image's `h_maxima`.
 * Reference: M. Grimaud, "A new measure of contrast: the dynamics", SPIE 1769 (1992). The pixels are gone through from
 * the highest down; where two hills meet, the lower one is a peak if it rises enough above the pass.
 *
 * @param heights [height, width], row-major
 * @param mask [height, width], 0 for pixels that are not looked at; hills end where the number changes, so that labels
 *   give the peaks of each class on its own
 * @returns places of the peaks, rising
 * @throws RangeError where an argument is not as long as there are pixels, a height is NaN, or rise is below 0
 */
export function peaks(
  heights: Float32Array,
  mask: PixelLabels,
  size: GridSize,
  { rise = 0, connectivity = 8 }: PeakOptions = {},
): Int32Array<ArrayBuffer> {
  checkGrid("peaks: heights", heights, size);
  checkNumbers("peaks: heights", heights);
  checkGrid("peaks: mask", mask, size);
  if (!(rise >= 0)) throw new RangeError(`peaks: rise must be a number from 0, got ${rise}`);
  const grid = marginGrid(size, checkConnectivity("peaks", connectivity));
  const values = grid.widen(heights, new Float32Array(grid.length));
  const inside = grid.widen(mask, new Int32Array(grid.length));
  const hills = new Int32Array(grid.length).fill(NOWHERE);
  const found: number[] = [];
  const walk = highestFirst(values, inside);
  for (const place of walk) {
    hills[place] = place;
    for (const step of grid.steps) {
      if (hills[place + step] === NOWHERE || inside[place + step] !== inside[place]) continue;
      const [a, b] = [topOf(hills, place), topOf(hills, place + step)];
      if (a === b) continue;
      const order = (values[a] as number) - (values[b] as number) || b - a;
      const [higher, lower] = order > 0 ? [a, b] : [b, a];
      const above = (values[lower] as number) - (values[place] as number);
      if (above > 0 && above >= rise) found.push(lower);
      hills[lower] = higher;
    }
  }
  for (const place of walk) if (hills[place] === place) found.push(place);
  return Int32Array.from(found, grid.pixelAt).sort();
}

/** Of a place that the walk down has not reached; of others the place leads up to the top of its hill. */
const NOWHERE = -1;

function topOf(hills: Int32Array, place: number): number {
  let at = place;
  for (let up = hills[at] as number; up !== at; up = hills[at] as number) at = hills[at] = hills[up] as number;
  return at;
}

/** The places inside, the highest first, of equal ones the first: a radix sort of the bits of their values. */
function highestFirst(values: Float32Array<ArrayBuffer>, inside: Int32Array): Int32Array {
  const bits = new Int32Array(values.buffer);
  const keys = new Uint32Array(values.length);
  let order = new Int32Array(values.length);
  let count = 0;
  // Keys rise as the numbers fall: the bits of a float, but for the sign, rise with its size. 0 and -0 are one number.
  for (let place = 0; place < keys.length; place++) {
    if (inside[place] === 0) continue;
    const own = values[place] === 0 ? 0 : (bits[place] as number);
    keys[place] = own >= 0 ? 0x7fffffff - own : own;
    order[count++] = place;
  }
  for (const shift of [0, 16]) {
    const starts = new Int32Array(2 ** 16 + 1);
    const sorted = new Int32Array(count);
    for (let i = 0; i < count; i++)
      (starts[(((keys[order[i] as number] as number) >>> shift) & 0xffff) + 1] as number)++;
    for (let digit = 1; digit < starts.length; digit++) (starts[digit] as number) += starts[digit - 1] as number;
    for (let i = 0; i < count; i++) {
      const place = order[i] as number;
      sorted[(starts[((keys[place] as number) >>> shift) & 0xffff] as number)++] = place;
    }
    order = sorted;
  }
  return order;
}
