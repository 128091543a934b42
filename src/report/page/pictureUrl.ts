import { decodeImage } from "../../data/images/images.ts";
import { clipStrip, type DrawnClip } from "../clipStrip.ts";
import { fromPixels, type RgbImage } from "../picture.ts";

/** How good pictures are: WebP's quality, 1..100, and the longest side in pixels. */
export interface PictureQuality {
  quality: number;
  side: number;
}

/**
 * An image file, or a region of one (x1, y1, x2, y2 in whole pixels of the image as it is shown), as a data URL, scaled
 * down where it is larger; undefined where it is not there or cannot be read.
 */
export async function pictureUrl(
  file: string,
  region: readonly [number, number, number, number] | undefined,
  { quality, side }: PictureQuality,
): Promise<string | undefined> {
  try {
    const pixels = await decodeImage(file, {
      ...(region && { region }),
      size({ width, height }) {
        const scale = Math.min(1, side / Math.max(width, height));
        return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
      },
    });
    return await urlOf(pixels, quality);
  } catch {
    return undefined; // the page says so
  }
}

/** The same for a clip: some of its frames side by side. */
export async function clipUrl(clip: DrawnClip, { quality, side }: PictureQuality): Promise<string | undefined> {
  try {
    return await urlOf(await clipStrip(clip, Math.round(side / 2)), quality);
  } catch {
    return undefined;
  }
}

async function urlOf(pixels: RgbImage, quality: number): Promise<string> {
  const webp = await fromPixels(pixels).webp({ quality, effort: 2 }).toBuffer();
  return `data:image/webp;base64,${webp.toString("base64")}`;
}
