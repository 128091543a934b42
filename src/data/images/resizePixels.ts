import type { Sharp } from "sharp";
import type { Size } from "../../base/preprocessing.ts";
import { resample } from "./resample.ts";

/**
 * The pixels of a pipeline as 8-bit sRGB (height * width * channels bytes), the image stretched from its size to another:
 * bilinear where a side grows, a triangle filter as wide as what a pixel covers where it shrinks, centres of pixels at
 * halves in both. libvips does the shrinking. The growing is done here: libvips has every enlarged image half a pixel of
 * the result too far right and down.
 *
 * @param image a pipeline without a resize of its own
 */
export async function resizePixels(
  image: Sharp,
  from: Size,
  to: Size = from,
): Promise<Size & { data: Uint8Array; channels: number }> {
  const shrunk = { width: Math.min(from.width, to.width), height: Math.min(from.height, to.height) };
  if (shrunk.width < from.width || shrunk.height < from.height) {
    image.resize(shrunk.width, shrunk.height, { fit: "fill", kernel: "linear" });
  }
  const { data, info } = await image
    .toColourspace("srgb")
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true });
  const raster = { data, width: info.width, height: info.height, channels: info.channels };
  if (info.width === to.width && info.height === to.height) return raster;
  const larger = Uint8ClampedArray.from(resample(raster, { left: 0, top: 0, ...shrunk }, to, "bilinear")); // rounded
  return { data: new Uint8Array(larger.buffer), width: to.width, height: to.height, channels: info.channels };
}
