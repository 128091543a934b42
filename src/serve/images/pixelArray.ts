import { AnchorkitError } from "../../base/errors.ts";
import type { Raster } from "../../data/images/resample.ts";

/**
 * The image in nested arrays [height][width][3] of numbers from 0 to 255, as JSON has them: red, green and blue of each pixel.
 *
 * @throws AnchorkitError that says which place is not as it should be, and for more pixels than `maxPixels`
 */
export function readPixelArray(rows: readonly unknown[], maxPixels: number): Raster {
  const [height, width] = [rows.length, Array.isArray(rows[0]) ? rows[0].length : 0];
  if (height === 0 || width === 0) throw new AnchorkitError(`must be [height][width][3] numbers, from 0 to 255`);
  if (width * height > maxPixels) {
    throw new AnchorkitError(`has ${width} x ${height} pixels, more than the limit of ${maxPixels}`);
  }
  const data = new Uint8Array(height * width * 3);
  let at = 0;
  for (const [y, row] of rows.entries()) {
    if (!Array.isArray(row) || row.length !== width) {
      throw new AnchorkitError(`[${y}] must hold ${width} pixels, as the first row does`);
    }
    for (const [x, pixel] of (row as unknown[]).entries()) {
      if (!Array.isArray(pixel) || pixel.length !== 3) {
        throw new AnchorkitError(`[${y}][${x}] must be three numbers: red, green and blue`);
      }
      for (const value of pixel as unknown[]) {
        if (typeof value !== "number" || !(value >= 0 && value <= 255)) {
          throw new AnchorkitError(`[${y}][${x}] must hold numbers from 0 to 255`);
        }
        data[at++] = Math.round(value);
      }
    }
  }
  return { data, width, height, channels: 3 };
}
