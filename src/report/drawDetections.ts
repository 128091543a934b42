import { knownOptions } from "../geometry/knownOptions.ts";
import type { Sharp } from "sharp";

import { decodeImage } from "../data/images/images.ts";
import type { DetectionColumns } from "../geometry/detections.ts";
import { loadLabelFont } from "./labelFont.ts";
import { detectionsOverlay, type OverlayOptions } from "./overlay.ts";
import { fromPixels, type RgbImage } from "./picture.ts";

/**
 * The image, upright, with detections drawn on it: a frame in the colour of the class and "name score" on a label.
 * Write it with {@link writePicture}, or go on with sharp: `(await drawDetections(…)).png().toBuffer()`.
 *
 * @param image an image file (its EXIF orientation is applied, as it is for the boxes), or RGB pixels
 * @param classes the names that `detections.classes` are indices into
 * @throws AnchorkitError when the file is no image, RangeError when the detections do not fit together
 */
export async function drawDetections(
  image: string | RgbImage,
  detections: DetectionColumns,
  classes: readonly string[],
  options: OverlayOptions = {},
): Promise<Sharp> {
  knownOptions("drawDetections", options, {
    scoreThreshold: true,
    names: true,
    truth: true,
    scale: true,
    fontSize: true,
  });
  await loadLabelFont();
  const pixels = typeof image === "string" ? await decodeImage(image) : image;
  const overlay = detectionsOverlay(pixels.width, pixels.height, detections, classes, options);
  return fromPixels(pixels)
    .composite([{ input: Buffer.from(overlay) }])
    .removeAlpha();
}
