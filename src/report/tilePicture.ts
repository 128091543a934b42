import type { Size } from "../base/preprocessing.ts";
import { decodeImage } from "../data/images/images.ts";
import { resizePixels } from "../data/images/resizePixels.ts";
import { fromPixels, type RgbImage } from "./picture.ts";

/** An image at the size at which it is drawn, and that size over its own. */
export interface TilePicture extends RgbImage {
  scale: number;
}

/** An image, or a region of it (x1, y1, x2, y2), as large as its place allows: a file is decoded no larger than that, which saves most of the work for photos. */
export async function tilePicture(
  image: string | RgbImage,
  place: Size,
  region?: readonly [number, number, number, number],
): Promise<TilePicture> {
  const fit = (own: Size): Size & { scale: number } => {
    const scale = Math.min(place.width / own.width, place.height / own.height);
    const side = (length: number): number => Math.max(1, Math.round(length * scale));
    return { scale, width: side(own.width), height: side(own.height) };
  };
  const decoded =
    typeof image === "string" ? await decodeImage(image, { size: fit, ...(region && { region }) }) : undefined;
  const pixels = decoded ?? (image as RgbImage);
  const { scale, ...size } = fit(decoded ? { width: decoded.originalWidth, height: decoded.originalHeight } : pixels);
  return { ...(await resizePixels(fromPixels(pixels), pixels, size)), scale };
}
