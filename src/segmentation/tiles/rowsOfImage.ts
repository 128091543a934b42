import type { Size } from "../../base/preprocessing.ts";
import type { StoredImage } from "../../data/images/imageStore.ts";

/** An image of which some rows at a time are in memory. */
export interface RowSource extends Size {
  /** Rows from `top` on, all of them inside of the image. */
  rows(top: number, height: number): StoredImage | Promise<StoredImage>;
}

/** The rows of an image in memory. */
export function rowsOfImage({ width, height, pixels }: StoredImage): RowSource {
  const rows = (top: number, count: number): StoredImage => ({
    ...{ width, height: count },
    pixels: pixels.subarray(top * width * 3, (top + count) * width * 3),
  });
  return { width, height, rows };
}
