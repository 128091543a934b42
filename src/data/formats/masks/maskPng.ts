import sharp from "sharp";
import { decodeMask, encodeMask } from "../../../geometry/masks/encodeMask.ts";
import { rleFromBox, rleFromPolygons } from "../../../geometry/masks/polygonMask.ts";
import type { Rle } from "../../../geometry/masks/rle.ts";
import type { LabelledObject } from "../../dataset.ts";
import { withImage } from "../../images/images.ts";
import type { Size } from "../../../base/preprocessing.ts";

/** The pixels of an object: its mask, what its polygons enclose, or, where it has neither, its box. */
export function maskOf({ segmentation, box }: LabelledObject, { width, height }: Size): Rle {
  if (!segmentation) return rleFromBox(box, height, width);
  return Array.isArray(segmentation) ? rleFromPolygons(segmentation, height, width) : segmentation;
}

/** A mask as a grey PNG: 1 inside, 0 outside. */
export function encodeMaskPng(mask: Rle): Promise<Buffer> {
  const { width, height } = mask;
  return sharp(decodeMask(mask), { raw: { width, height, channels: 1 } })
    .toColourspace("b-w")
    .png()
    .toBuffer();
}

/**
 * The mask that an image holds: inside is what is not black.
 *
 * @throws AnchorkitError for bytes that are no image
 */
export function decodeMaskPng(bytes: Uint8Array): Promise<Rle> {
  return withImage(bytes, {}, async (image) => {
    const { data, info } = await image
      .removeAlpha()
      .toColourspace("srgb")
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    const inside = new Uint8Array(info.width * info.height);
    for (const [i, value] of data.entries()) if (value !== 0) inside[Math.floor(i / info.channels)] = 1;
    return encodeMask(inside, info.height, info.width);
  });
}
