import type { Size } from "../../base/preprocessing.ts";
import type { StoredImage } from "./imageStore.ts";

/**
 * Writes an image into its slot of a batch [batch, height, width, 3], its upper left corner at (left, top), in whole
 * pixels; what lies outside of the slot is left out.
 *
 * @param size height and width of the batch's images
 */
export function pasteImage(batch: Uint8Array, slot: number, size: Size, image: StoredImage, left = 0, top = 0): void {
  const [x1, x2] = [Math.max(0, left), Math.min(size.width, left + image.width)];
  const [y1, y2] = [Math.max(0, top), Math.min(size.height, top + image.height)];
  if (x1 >= x2) return;
  for (let y = y1; y < y2; y++) {
    const from = ((y - top) * image.width + x1 - left) * 3;
    const row = image.pixels.subarray(from, from + (x2 - x1) * 3);
    batch.set(row, ((slot * size.height + y) * size.width + x1) * 3);
  }
}
