import { checkMaskSize, checkRle, type Rle } from "./rle.ts";

// Masks as pixels are row-major everywhere here: pixel (x, y) is mask[y * width + x]. Run lengths go down the columns
// (see `Rle`), so that encoding and decoding turn the one order into the other.

/**
 * The run lengths of a mask.
 * @param mask [height, width], row-major: 0 is outside, anything else inside.
 * @throws RangeError where the mask does not have height * width numbers, or these are not 1 to 2^28 pixels.
 */
export function encodeMask(mask: Uint8Array, height: number, width: number): Rle {
  checkMaskSize("encodeMask", height, width);
  if (mask.length !== height * width) {
    throw new RangeError(`encodeMask: mask must have ${height} x ${width} pixels, got ${mask.length}`);
  }
  let counts = new Uint32Array(256);
  let length = 0;
  let inside = false;
  let run = 0;
  for (let x = 0; x < width; x++) {
    for (let at = x; at < mask.length; at += width) {
      if ((mask[at] !== 0) !== inside) {
        if (length + 1 === counts.length) counts = grown(counts);
        counts[length++] = run;
        inside = !inside;
        run = 0;
      }
      run++;
    }
  }
  counts[length++] = run;
  return { height, width, counts: counts.slice(0, length) };
}

function grown(counts: Uint32Array): Uint32Array<ArrayBuffer> {
  const more = new Uint32Array(2 * counts.length);
  more.set(counts);
  return more;
}

/**
 * The pixels of a mask: 1 inside, 0 outside.
 * @returns [height, width], row-major.
 * @throws RangeError where the runs do not sum up to height * width.
 */
export function decodeMask(rle: Rle): Uint8Array {
  const { height, width, counts } = checkRle("decodeMask", rle);
  const mask = new Uint8Array(height * width);
  let end = 0;
  for (let i = 0; i < counts.length; i++) {
    const start = end;
    end += counts[i] as number;
    if (i % 2 === 1) fill(mask, start, end, height, width);
  }
  return mask;
}

/** Sets the pixels from place `start` to `end`, counted down the columns. */
function fill(mask: Uint8Array, start: number, end: number, height: number, width: number): void {
  let x = Math.floor(start / height);
  let y = start % height;
  for (let left = end - start; left > 0; x++, y = 0) {
    const bottom = Math.min(height, y + left);
    left -= bottom - y;
    for (; y < bottom; y++) mask[y * width + x] = 1;
  }
}
