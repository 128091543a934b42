import { placeOnCanvas, type Preprocessing } from "../base/preprocessing.ts";
import { pasteImage } from "../data/images/pasteImage.ts";
import type { Raster } from "../data/images/resample.ts";
import { resizeRaster } from "../data/images/resizePixels.ts";

/** An image on the canvas of a model: [height, width, 3] bytes, by the same rules, rounding and filter as in Node. */
export function onCanvas(image: Raster, preprocessing: Preprocessing): Uint8Array {
  const { canvas, fill } = preprocessing;
  const { width, height, offsetX, offsetY } = placeOnCanvas(image, preprocessing);
  const pixels = new Uint8Array(canvas.width * canvas.height * 3).fill(fill);
  const { data } = resizeRaster(image, { width, height });
  pasteImage(pixels, 0, canvas, { width, height, pixels: data }, offsetX, offsetY);
  return pixels;
}
