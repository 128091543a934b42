import { extname } from "node:path";

import sharp, { type Sharp } from "sharp";

import { AnchorkitError } from "../base/errors.ts";
import { writeFileAtomic } from "../base/files.ts";

/** Pixels as they are shown: width * height * 3 bytes, row by row, red green blue. */
export interface RgbImage {
  data: Uint8Array;
  width: number;
  height: number;
}

/** A sharp pipeline over pixels. */
export function fromPixels({ data, width, height }: RgbImage): Sharp {
  if (data.length !== width * height * 3) {
    throw new AnchorkitError(
      `image: ${width} x ${height} RGB pixels are ${width * height * 3} bytes, got ${data.length}`,
    );
  }
  return sharp(data, { raw: { width, height, channels: 3 } });
}

/** What a pipeline comes to. */
export async function pixelsOf(picture: Sharp): Promise<RgbImage> {
  const { data, info } = await picture.removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

/** A pipeline over pixels, shrunk to sides of at most so many. */
export function shrunk(pixels: RgbImage, side: number): Sharp {
  return fromPixels(pixels).resize(side, side, { fit: "inside", withoutEnlargement: true });
}

/**
 * Writes a picture as JPEG (.jpg, .jpeg), PNG (.png) or WebP (.webp), beside its place first, so that a crash leaves no
 * half of one.
 *
 * @throws AnchorkitError for any other extension.
 */
export async function writePicture(picture: Sharp, file: string): Promise<void> {
  await writeFileAtomic(file, await encodePicture(picture, file).toBuffer());
}

/** A picture as `writePicture` writes it into a file of this name. */
export function encodePicture(picture: Sharp, file: string): Sharp {
  const extension = extname(file).toLowerCase();
  if (extension === ".png") return picture.png();
  if (extension === ".webp") return picture.webp({ quality: 90 });
  // Colour at full resolution: thin coloured lines are what these pictures are about.
  if (extension === ".jpg" || extension === ".jpeg") return picture.jpeg({ quality: 90, chromaSubsampling: "4:4:4" });
  throw new AnchorkitError(`${file}: pictures are written as .jpg, .png or .webp, not "${extension}"`);
}
