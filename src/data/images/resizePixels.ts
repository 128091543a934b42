import type { Sharp } from "sharp";
import { SMALL_PIXELS } from "../../base/decodingRules.ts";
import type { Size } from "../../base/preprocessing.ts";
import { type Raster, type Rectangle, resampleBytes } from "./resample.ts";

/** Images that are decoded and resized here where that can be: sharp's pipelines cost more than that. */
export function isSmall({ width, height }: Size): boolean {
  return width * height <= SMALL_PIXELS;
}

/**
 * The pixels of a pipeline as 8-bit sRGB (height * width * channels bytes), the image stretched from its size to another:
 * bilinear where a side grows, a triangle filter as wide as what a pixel covers where it shrinks, centres of pixels at
 * halves in both. libvips shrinks what is not small. The growing is done here: libvips has every enlarged image half a
 * pixel of the result too far right and down.
 *
 * @param image a pipeline without a resize of its own
 */
export async function resizePixels(image: Sharp, from: Size, to: Size = from): Promise<Raster> {
  const shrunk = { width: Math.min(from.width, to.width), height: Math.min(from.height, to.height) };
  if (!isSmall(from) && (shrunk.width < from.width || shrunk.height < from.height)) {
    image.resize(shrunk.width, shrunk.height, { fit: "fill", kernel: "linear" });
  }
  const { data, info } = await image
    .toColourspace("srgb")
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true });
  return resizeRaster({ data, width: info.width, height: info.height, channels: info.channels }, to);
}

/** A raster, or the part of it, at another size, as `resizePixels` says. */
export function resizeRaster(raster: Raster, to: Size, part?: Rectangle): Raster {
  const from = part ?? { left: 0, top: 0, width: raster.width, height: raster.height };
  const isWhole = [from, to].every(({ width, height }) => width === raster.width && height === raster.height);
  if (isWhole) return raster;
  return { ...raster, ...to, data: resampleBytes(raster, from, to, "bilinear", true) };
}
