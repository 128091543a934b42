import { boxOf } from "./maskExtent.ts";
import { checkRle, checkSameSize, type Rle } from "./rle.ts";

/**
 * Intersection over union of two masks: pixels inside both / pixels inside either, 0 to 1; 0 where no pixel is inside
 * both. For a crowd region it is pixels inside both / pixels of the detection: the part of the detection that the crowd
 * covers (COCO's rule; Lin et al., "Microsoft COCO", 2014). One division of whole numbers, so exact to the last bit.
 * @throws RangeError where the sizes differ, or runs do not sum up to height * width.
 */
export function maskIou(detection: Rle, truth: Rle, crowd = false): number {
  checkSameSize("maskIou", detection, truth);
  return preparedMaskIou(prepareMask("maskIou: detection", detection), prepareMask("maskIou: truth", truth), crowd);
}

/**
 * The IoU of every detected mask with every true one; see `maskIou`. Each mask is prepared once; after that a pair costs
 * next to nothing where the boxes are apart, else time grows with the number of runs where both masks are.
 * @param crowd a flag for each mask of `truth`; without it none is a crowd.
 * @returns [detections.length, truth.length], row-major: element i * truth.length + j is that of detections[i] and truth[j].
 * @throws as `maskIou`, and RangeError where there is not a crowd flag for each mask of `truth`.
 */
export function pairwiseMaskIou(
  detections: readonly Rle[],
  truth: readonly Rle[],
  crowd: ArrayLike<number | boolean> = new Uint8Array(truth.length),
): Float64Array {
  if (crowd.length !== truth.length) {
    throw new RangeError(`pairwiseMaskIou: ${truth.length} masks of truth need as many flags, got ${crowd.length}`);
  }
  const result = new Float64Array(detections.length * truth.length);
  const first = truth[0];
  if (first === undefined) return result;
  const read = (name: string, masks: readonly Rle[]) =>
    masks.map((mask, i) => {
      checkSameSize(`pairwiseMaskIou: ${name}[${i}]`, mask, first);
      return prepareMask(`pairwiseMaskIou: ${name}[${i}]`, mask);
    });
  const rows = read("detections", detections);
  const columns = read("truth", truth);
  let at = 0;
  for (const row of rows) {
    for (const [j, column] of columns.entries()) result[at++] = preparedMaskIou(row, column, Boolean(crowd[j]));
  }
  return result;
}

/** A mask made ready to be compared with many others. */
export interface PreparedMask {
  /** Where each run ends, in pixels down the columns: run i is ends[i - 1] (or 0) to ends[i], inside where i is odd. */
  ends: Uint32Array;
  area: number;
  /** The box around the pixels inside. */
  x1: number;
  y1: number;
  x2: number;
  y2: number;
}

/**
 * A mask made ready to be compared with many others of its size by `preparedMaskIou`.
 * @param where what an error names first
 * @throws RangeError where runs do not sum up to height * width.
 */
export function prepareMask(where: string, rle: Rle): PreparedMask {
  const { counts } = checkRle(where, rle);
  const ends = new Uint32Array(counts.length);
  let end = 0;
  let area = 0;
  for (let i = 0; i < counts.length; i++) {
    const count = counts[i] as number;
    if (i % 2 === 1) area += count;
    ends[i] = end += count;
  }
  const [x1, y1, x2, y2] = boxOf(rle);
  return { ends, area, x1, y1, x2, y2 };
}

/** `maskIou` of prepared masks; whether they are of the same size is not looked at. */
export function preparedMaskIou(a: PreparedMask, b: PreparedMask, crowd: boolean): number {
  if (a.x1 >= b.x2 || b.x1 >= a.x2 || a.y1 >= b.y2 || b.y1 >= a.y2) return 0;
  const shared = sharedPixels(a.ends, b.ends);
  return shared === 0 ? 0 : shared / (crowd ? a.area : a.area + b.area - shared);
}

/** How many pixels are inside both: the inside runs of both, walked side by side. */
function sharedPixels(a: Uint32Array, b: Uint32Array): number {
  let i = firstInsideAfter(a, b[0] as number);
  let j = firstInsideAfter(b, a[0] as number);
  let shared = 0;
  while (i < a.length && j < b.length) {
    const endA = a[i] as number;
    const endB = b[j] as number;
    const start = Math.max(a[i - 1] as number, b[j - 1] as number);
    if (endA < endB) {
      if (endA > start) shared += endA - start;
      i += 2;
    } else {
      if (endB > start) shared += endB - start;
      j += 2;
    }
  }
  return shared;
}

/** The first inside run (an odd index) that ends after `place`, by halving. */
function firstInsideAfter(ends: Uint32Array, place: number): number {
  let [low, high] = [0, ends.length >> 1]; // runs 2 * low + 1
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ends[2 * middle + 1] as number) > place) high = middle;
    else low = middle + 1;
  }
  return 2 * low + 1;
}
