/**
 * A mask of height * width pixels as run lengths, column after column from the left, top to bottom in each (COCO's order):
 * so many pixels outside, so many inside, so many outside ... The first run may be 0; all runs sum up to height * width.
 */
export interface Rle {
  height: number;
  width: number;
  counts: Uint32Array;
}

/** The most pixels a mask may have, 2^28 (16,384 x 16,384): a short text that claims more must not fill the memory. */
const MAX_PIXELS = 2 ** 28;

/**
 * A mask from its run lengths as plain numbers: COCO's uncompressed `counts`.
 * @param counts whole numbers from 0, as in `Rle`; a copy is kept.
 * @throws RangeError where a count is not a whole number from 0, where they do not sum up to height * width, or where
 *   the size is not 1 to 2^28 pixels; TypeError where counts are no list.
 */
export function rleFromCounts(counts: ArrayLike<number>, height: number, width: number): Rle {
  checkMaskSize("rleFromCounts", height, width);
  if (!Array.isArray(counts) && !ArrayBuffer.isView(counts)) {
    throw new TypeError(`rleFromCounts: counts must be a list of numbers, got ${typeof counts}`);
  }
  const data = new Uint32Array(counts.length);
  for (let i = 0; i < data.length; i++) {
    const count: unknown = counts[i];
    if (typeof count !== "number" || !Number.isInteger(count) || count < 0 || count > MAX_PIXELS) {
      const got = typeof count === "number" ? count : typeof count;
      throw new RangeError(`rleFromCounts: counts[${i}] must be a whole number from 0 to ${MAX_PIXELS}, got ${got}`);
    }
    data[i] = count;
  }
  return checkRle("rleFromCounts", { height, width, counts: data });
}

/**
 * The same mask, its size and the sum of its runs checked.
 * @param where what an error names first: the function and the argument, as in "maskIou: truth".
 */
export function checkRle(where: string, rle: Rle): Rle {
  const { height, width, counts } = rle;
  checkMaskSize(where, height, width);
  if (!(counts instanceof Uint32Array)) throw new TypeError(`${where}: counts must be a Uint32Array`);
  let sum = 0;
  for (let i = 0; i < counts.length; i++) sum += counts[i] as number;
  if (sum !== height * width) {
    const size = `${height} x ${width} (height x width)`;
    throw new RangeError(`${where}: the runs sum up to ${sum} pixels, and ${size} are ${height * width}`);
  }
  return rle;
}

/** Throws RangeError unless height and width are whole numbers from 1 and their product at most 2^28. */
export function checkMaskSize(where: string, height: number, width: number): void {
  for (const [name, side] of [["height", height] as const, ["width", width] as const]) {
    if (typeof side !== "number" || !Number.isInteger(side) || side < 1) {
      const got = typeof side === "number" ? side : typeof side;
      throw new RangeError(`${where}: ${name} must be a whole number of pixels from 1, got ${got}`);
    }
  }
  if (height * width > MAX_PIXELS) {
    throw new RangeError(`${where}: a mask has at most ${MAX_PIXELS} pixels, got ${height} x ${width}`);
  }
}

/** Throws RangeError unless both masks have the same size. */
export function checkSameSize(where: string, a: Rle, b: Rle): void {
  if (a.height !== b.height || a.width !== b.width) {
    const sizes = `${a.height} x ${a.width} and ${b.height} x ${b.width}`;
    throw new RangeError(`${where}: the masks must have the same height x width, got ${sizes}`);
  }
}
