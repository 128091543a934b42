import type { Size } from "../../base/preprocessing.ts";
import type { StoredImage } from "./imageStore.ts";

/**
 * Writes an image into its slot of a batch [batch, height, width, 3], its upper left corner at (left, top).
 *
 * @param size height and width of the batch's images
 */
export function pasteImage(batch: Uint8Array, slot: number, size: Size, image: StoredImage, left = 0, top = 0): void {
  for (let y = 0; y < image.height; y++) {
    const row = image.pixels.subarray(y * image.width * 3, (y + 1) * image.width * 3);
    batch.set(row, ((slot * size.height + top + y) * size.width + left) * 3);
  }
}
