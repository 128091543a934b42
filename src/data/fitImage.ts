import type { Sharp } from "sharp";
import { fitToCanvas, type Size } from "../base/preprocessing.ts";
import { type DecodeOptions, withImage } from "./images.ts";

/**
 * How an image of another aspect ratio gets the wanted size: stretched; cropped to the largest part in the middle that
 * has the ratio; or padded with black.
 */
export type Fit = "stretch" | "crop" | "pad";

/** A filter, antialiased where the image is made smaller (but for "nearest"). */
export type Interpolation = keyof typeof KERNELS;

export type ColorMode = keyof typeof CHANNELS;

export interface FitOptions extends Pick<DecodeOptions, "maxPixels" | "stretch"> {
  size: Size;
  fit: Fit;
  interpolation: Interpolation;
  colorMode: ColorMode;
}

/** A part of an image, in whole pixels. */
interface Part extends Size {
  left: number;
  top: number;
}

/** Numbers for each pixel in a colour mode. */
export const CHANNELS = { grayscale: 1, rgb: 3, rgba: 4 } as const;

/** sharp's names of the filters. */
export const KERNELS = {
  nearest: "nearest",
  bilinear: "linear",
  bicubic: "cubic",
  mitchellcubic: "mitchell",
  lanczos3: "lanczos3",
} as const;

/**
 * Decodes an image as `decodeImage` does, into exactly `size`: height * width * channels bytes, row by row. Grey is
 * 0.2989 R + 0.587 G + 0.114 B; "rgba" keeps transparency, the others have it flattened onto white.
 *
 * @throws AnchorkitError naming the file and the reason
 */
export async function decodeFitted(source: string | Uint8Array, options: FitOptions): Promise<Uint8Array> {
  const { size, fit, interpolation, colorMode } = options;
  return withImage(source, options, async (image, original) => {
    if (colorMode === "rgba") image.ensureAlpha();
    else image.flatten({ background: "white" });
    const { from, to } = fitParts(original, size, fit);
    if (fit === "crop") image.extract(from);
    image.resize(to.width, to.height, { fit: "fill", kernel: KERNELS[interpolation] });
    if (fit === "pad") pad(image, to, size);
    const bytes = await image.toColourspace("srgb").raw({ depth: "uchar" }).toBuffer();
    return colorMode === "grayscale" ? greyOf(bytes) : bytes;
  });
}

/** Which part of an image lands on which part of the wanted size. */
export function fitParts(original: Size, size: Size, fit: Fit): { from: Part; to: Part } {
  const whole = { left: 0, top: 0, width: original.width, height: original.height };
  const all = { left: 0, top: 0, width: size.width, height: size.height };
  if (fit === "stretch") return { from: whole, to: all };
  if (fit === "pad") {
    const { width, height, offsetX, offsetY } = fitToCanvas(original, size);
    return { from: whole, to: { left: offsetX, top: offsetY, width, height } };
  }
  const width = Math.min(original.width, Math.max(1, Math.floor((original.height * size.width) / size.height)));
  const height = Math.min(original.height, Math.max(1, Math.floor((original.width * size.height) / size.width)));
  const left = Math.floor((original.width - width) / 2);
  const top = Math.floor((original.height - height) / 2);
  return { from: { left, top, width, height }, to: all };
}

function pad(image: Sharp, to: Part, size: Size): void {
  image.extend({
    left: to.left,
    top: to.top,
    right: size.width - to.left - to.width,
    bottom: size.height - to.top - to.height,
    background: { r: 0, g: 0, b: 0, alpha: 1 },
  });
}

function greyOf(rgb: Uint8Array): Uint8Array {
  return Uint8Array.from({ length: rgb.length / 3 }, (_, i) => {
    const [r = 0, g = 0, b = 0] = rgb.subarray(3 * i, 3 * i + 3);
    return Math.round(0.2989 * r + 0.587 * g + 0.114 * b);
  });
}
