import { readBox, readBoxes, type Box, type Boxes } from "./readBoxes.ts";

/**
 * The area of a box, (x2 - x1) * (y2 - y1), in square pixels; 0 where a side is negative.
 * @throws TypeError or RangeError where the box is not four numbers or holds NaN.
 */
export function area(box: Box): number {
  const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = readBox("area: box", box);
  const [width, height] = [x2 - x1, y2 - y1];
  return width > 0 && height > 0 ? width * height : 0;
}

/** The area of every box, n numbers; see `area`. */
export function areas(boxes: Boxes): Float32Array {
  const data = readBoxes("areas: boxes", boxes);
  const result = new Float32Array(data.length / 4);
  for (let i = 0; i < result.length; i++) result[i] = area(data.subarray(4 * i, 4 * i + 4));
  return result;
}

/**
 * The boxes cut to an image: x into 0..width, y into 0..height. A box beside the image becomes one without area.
 * @returns a new flat array of n * 4 numbers.
 * @throws TypeError or RangeError where the boxes are not four numbers each or hold NaN, or the size is not positive.
 */
export function clip(boxes: Boxes, width: number, height: number): Float32Array {
  const data = readBoxes("clip: boxes", boxes);
  if (!(width > 0 && height > 0)) {
    throw new RangeError(`clip: the image's width and height must be positive, got ${width} x ${height}`);
  }
  return Float32Array.from(data, (value, i) => Math.min(Math.max(value, 0), i % 2 === 0 ? width : height));
}
