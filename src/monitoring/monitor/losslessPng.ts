import sharp from "sharp";
import type { Size } from "../../base/preprocessing.ts";

/** Pixels as a PNG file, without a loss: who reads it gets these very bytes. @param pixels [height, width, 3] */
export async function losslessPng(pixels: Uint8Array, { width, height }: Size): Promise<Uint8Array> {
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .png({ compressionLevel: 6 })
    .toBuffer();
}
