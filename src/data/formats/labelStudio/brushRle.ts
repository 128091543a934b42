import { decodeMask, encodeMask } from "../../../geometry/masks/encodeMask.ts";
import type { Rle } from "../../../geometry/masks/rle.ts";

// Label Studio packs the bytes of an image of red, green, blue and alpha as @thi.ng/rle-pack does, bit after bit, the
// highest first: how many values there are (32 bits), how many bits a value has less one (5), four sizes of lengths less
// one (4 each). Then runs: 1 if all its values are the same, else 0; which of the four sizes (2); the run's length less
// one, in so many bits; the value, or all values.

/** The sizes of lengths, in bits, that Label Studio writes. */
const SIZES = [3, 4, 8, 16] as const;

const MAX_PIXELS = 100_000_000;

/**
 * The mask of a brush: pixels that are more opaque than not.
 *
 * @param bytes `rle` of Label Studio's JSON
 * @throws RangeError where they are no mask of this size
 */
export function maskFromBrush(bytes: readonly unknown[], height: number, width: number): Rle {
  const pixelCount = height * width;
  if (!Number.isInteger(height) || !Number.isInteger(width) || height < 1 || width < 1 || pixelCount > MAX_PIXELS) {
    throw new RangeError(`${width} x ${height} is no size of an image`);
  }
  const read = bitReader(bytes);
  const count = read(32);
  if (count !== 4 * pixelCount) throw new RangeError(`it has ${count} values, and ${width} x ${height} x 4 are needed`);
  const bits = read(5) + 1;
  const sizes = [read(4) + 1, read(4) + 1, read(4) + 1, read(4) + 1];
  const opaque = 2 ** (bits - 1);
  const pixels = new Uint8Array(pixelCount);
  for (let at = 0; at < count;) {
    const isRun = read(1) === 1;
    const end = Math.min(count, at + read(sizes[read(2)] ?? 1) + 1);
    if (isRun) {
      // Of the values at to end, every fourth is alpha: those of the pixels whose last value lies in there.
      if (read(bits) >= opaque) pixels.fill(1, Math.floor(at / 4), Math.floor(end / 4));
      at = end;
    } else for (; at < end; at++) if (read(bits) >= opaque && at % 4 === 3) pixels[(at - 3) / 4] = 1;
  }
  return encodeMask(pixels, height, width);
}

/** A mask as Label Studio's brush: all four values of a pixel 255 inside, 0 outside. */
export function brushFromMask(mask: Rle): number[] {
  const pixels = decodeMask(mask);
  const { bytes, write, flush } = bitWriter();
  write(4 * pixels.length, 32);
  write(7, 5);
  for (const size of SIZES) write(size - 1, 4);
  for (let start = 0; start < pixels.length;) {
    const value = pixels[start] ?? 0;
    let end = start + 1;
    while (end < pixels.length && pixels[end] === value) end++;
    for (let left = 4 * (end - start); left > 0;) {
      const length = Math.min(left, 2 ** 16);
      const size = SIZES.findIndex((bits) => length <= 2 ** bits);
      write(1, 1);
      write(size, 2);
      write(length - 1, SIZES[size] ?? 16);
      write(255 * value, 8);
      left -= length;
    }
    start = end;
  }
  flush();
  return bytes;
}

function bitReader(bytes: readonly unknown[]): (bits: number) => number {
  let at = 0;
  return (bits) => {
    let value = 0;
    for (let left = bits; left > 0;) {
      const byte = bytes[at >> 3];
      if (typeof byte !== "number" || !(byte >= 0 && byte <= 255) || !Number.isInteger(byte)) {
        throw new RangeError(at >> 3 < bytes.length ? "a value is no byte" : "it ends early");
      }
      const taken = Math.min(left, 8 - (at & 7));
      value = value * 2 ** taken + ((byte >> (8 - (at & 7) - taken)) & (2 ** taken - 1));
      at += taken;
      left -= taken;
    }
    return value;
  };
}

function bitWriter(): { bytes: number[]; write: (value: number, bits: number) => void; flush: () => void } {
  const bytes: number[] = [];
  let [current, filled] = [0, 0];
  const write = (value: number, bits: number): void => {
    for (let bit = bits - 1; bit >= 0; bit--) {
      current = current * 2 + (Math.floor(value / 2 ** bit) % 2);
      if (++filled < 8) continue;
      bytes.push(current);
      [current, filled] = [0, 0];
    }
  };
  return {
    bytes,
    write,
    flush: () => {
      if (filled > 0) write(0, 8 - filled);
    },
  };
}
