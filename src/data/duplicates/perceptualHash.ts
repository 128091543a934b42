import { AnchorkitError } from "../../base/errors.ts";
import { median, sum } from "../../base/statistics.ts";
import { type DecodeOptions, decodeImage } from "../images/images.ts";

/**
 * A hash of what an image looks like, as 16 hexadecimal digits (64 bits): images that look alike have hashes that
 * differ in few bits (`hashDistance`, `nearDuplicates`), whatever their size, format, compression and brightness. Mirrored and turned ones count as
 * different, as their boxes are.
 *
 * The image is shrunk to 32 x 32 grey pixels; of its discrete cosine transform the 8 x 8 lowest frequencies without
 * those constant along a row or column are kept, and a bit says which are above their median (pHash; Zauner,
 * "Implementation and Benchmarking of Perceptual Image Hash Functions", 2010). In an image of stripes those 64 are
 * nothing; there 32 bits say which waves along a row, and 32 which along a column, it holds. An image of one colour has
 * the hash 0.
 *
 * @throws AnchorkitError as `decodeImage` does
 */
export async function perceptualHash(
  source: string | Uint8Array,
  options: Pick<DecodeOptions, "maxPixels"> = {},
): Promise<string> {
  return (await lookOf(source, options)).hash;
}

/** What an image looks like: its hash, and the 32 x 32 grey pixels that it is made of, row by row. */
export interface Look {
  hash: string;
  grey: Uint8Array;
}

/**
 * The `perceptualHash` of an image and what it is made of, for whoever compares closer.
 *
 * @throws AnchorkitError as `decodeImage` does
 */
export async function lookOf(
  source: string | Uint8Array,
  options: Pick<DecodeOptions, "maxPixels"> = {},
): Promise<Look> {
  const { data } = await decodeImage(source, { ...options, size: { width: SIDE, height: SIDE } });
  const grey = Float64Array.from({ length: SIDE * SIDE }, (_, i) => {
    const [r = 0, g = 0, b = 0] = data.subarray(3 * i, 3 * i + 3);
    return 0.299 * r + 0.587 * g + 0.114 * b;
  });
  const bits = bitsOf(grey);
  let hash = "";
  for (let i = 0; i < 64; i += 4) {
    let digit = 0;
    for (const bit of bits.slice(i, i + 4)) digit = 2 * digit + (bit ? 1 : 0);
    hash += digit.toString(16);
  }
  return { hash, grey: Uint8Array.from(grey, Math.round) };
}

/** In how many of their 64 bits two hashes differ: 0 for images that look the same, about 32 for unrelated ones. */
export function hashDistance(a: string, b: string): number {
  return differingBits(...hashHalves(a), ...hashHalves(b));
}

/**
 * A hash as two 32-bit numbers, for whoever compares many.
 *
 * @throws AnchorkitError when it is not 16 hexadecimal digits
 */
export function hashHalves(hash: string): [high: number, low: number] {
  if (!/^[\da-f]{16}$/i.test(hash)) {
    throw new AnchorkitError(`perceptual hash: must be 16 hexadecimal digits, got "${hash}"`);
  }
  return [Number.parseInt(hash.slice(0, 8), 16) | 0, Number.parseInt(hash.slice(8), 16) | 0];
}

/** `hashDistance` of hashes that are given as their halves. */
export function differingBits(highA: number, lowA: number, highB: number, lowB: number): number {
  return ones(highA ^ highB) + ones(lowA ^ lowB);
}

/** Pixels along a side of what is hashed. */
export const SIDE = 32;

/** Below this, a coefficient is what rounding to whole greys leaves: the wave is less than 1/8 of a grey high. */
const NOISE = 32;

/** cos((2 x + 1) u pi / 64) for u = 1..32, x = 0..31. */
const COSINES = Array.from({ length: SIDE }, (_, u) =>
  Float64Array.from({ length: SIDE }, (_, x) => Math.cos(((2 * x + 1) * (u + 1) * Math.PI) / (2 * SIDE))),
);

function bitsOf(grey: Float64Array): boolean[] {
  const frequencies = lowFrequencies(grey);
  if (frequencies.some((value) => Math.abs(value) >= NOISE)) {
    const middle = median(frequencies);
    return Array.from(frequencies, (value) => value > middle);
  }
  const row = Float64Array.from({ length: SIDE }, (_, x) => sum(grey.filter((_, i) => i % SIDE === x)));
  const column = Float64Array.from({ length: SIDE }, (_, y) => sum(grey.subarray(y * SIDE, (y + 1) * SIDE)));
  return [row, column].flatMap((profile) => COSINES.map((cosines) => dot(cosines, profile) >= NOISE));
}

/** Coefficients 1..8 in both directions of the discrete cosine transform (type II) of 32 x 32 values, row by row. */
function lowFrequencies(grey: Float64Array): Float64Array {
  const lowest = COSINES.slice(0, 8);
  const alongRows = lowest.map((cosines) =>
    Float64Array.from({ length: SIDE }, (_, y) => dot(cosines, grey.subarray(y * SIDE, (y + 1) * SIDE))),
  );
  return Float64Array.from(lowest.flatMap((cosines) => alongRows.map((values) => dot(cosines, values))));
}

/** The sum of the products of two rows of the same length. */
export function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((total, value, i) => total + value * (b[i] ?? 0), 0);
}

/** How many bits of a 32-bit number are 1. */
function ones(bits: number): number {
  let n = bits - ((bits >>> 1) & 0x55555555);
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
  return Math.imul((n + (n >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
