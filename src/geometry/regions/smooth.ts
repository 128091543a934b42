import { checkGrid, type GridSize } from "./pixelGrid.ts";

/**
 * A map with each pixel a mean of its neighbourhood, weighted 1 2 1 along rows and columns, and this as many times as is
 * said: nearly a Gaussian whose sigma is sqrt(times / 2) pixels. Beyond the image's edge its last pixel is repeated.
 *
 * @param values [height, width], row-major
 * @throws RangeError where values are not as many as the pixels
 */
export function smooth(values: Float32Array, size: GridSize, times: number): Float32Array<ArrayBuffer> {
  checkGrid("smooth: values", values, size);
  const { width, height } = size;
  const result = new Float32Array(values);
  for (let pass = 0; pass < times; pass++) {
    for (let y = 0; y < height; y++) average(result, y * width, 1, width);
    for (let x = 0; x < width; x++) average(result, x, width, height);
  }
  return result;
}

/** One row or column, in place. */
function average(values: Float32Array, start: number, stride: number, count: number): void {
  let before = values[start] as number;
  for (let i = 0, at = start; i < count; i++, at += stride) {
    const own = values[at] as number;
    const after = i + 1 < count ? (values[at + stride] as number) : own;
    values[at] = (before + 2 * own + after) / 4;
    before = own;
  }
}
