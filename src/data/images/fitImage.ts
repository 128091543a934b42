import type { Size } from "../../base/preprocessing.ts";
import { type DecodeOptions, withImage } from "./images.ts";
import { type Interpolation, type Rectangle, type Raster, resample } from "./resample.ts";

/**
 * How an image of another aspect ratio gets the wanted size: stretched; cropped to the largest part in the middle that
 * has the ratio; or padded with zeros.
 */
export type Fit = "stretch" | "crop" | "pad";

export type ColorMode = keyof typeof CHANNELS;

export interface FittedOptions extends Pick<DecodeOptions, "maxPixels" | "stretch"> {
  size: Size;
  fit: Fit;
  interpolation: Interpolation;
  antialias: boolean;
  colorMode: ColorMode;
}

/** Numbers for each pixel in a colour mode. */
export const CHANNELS = { grayscale: 1, rgb: 3, rgba: 4 } as const;

/**
 * Decodes an image as `decodeImage` does, into exactly `size`: height * width * channels numbers, row by row, as
 * `resample` computes them. Grey is 0.299 R + 0.587 G + 0.114 B; "rgba" keeps transparency, the others have it
 * flattened onto white.
 *
 * @throws AnchorkitError naming the file and the reason
 */
export async function decodeFitted(source: string | Uint8Array, options: FittedOptions): Promise<Float32Array> {
  const { size, fit, interpolation, antialias, colorMode } = options;
  return withImage(source, options, async (image, original) => {
    if (colorMode === "rgba") image.ensureAlpha();
    else image.flatten({ background: "white" });
    const data = await image.toColourspace("srgb").raw({ depth: "uchar" }).toBuffer();
    const { width, height } = original;
    const raster: Raster =
      colorMode === "grayscale"
        ? { data: greyOf(data), width, height, channels: 1 }
        : { data, width, height, channels: CHANNELS[colorMode] };
    const { from, to } = fitParts(original, size, fit);
    const pixels = resample(raster, from, to, interpolation, antialias);
    return fit === "pad" ? padded(pixels, to, size, raster.channels) : pixels;
  });
}

/** Which part of an image lands on which part of the wanted size; cut to whole pixels as TensorFlow does it. */
export function fitParts(original: Size, size: Size, fit: Fit): { from: Rectangle; to: Rectangle } {
  const whole = { left: 0, top: 0, width: original.width, height: original.height };
  const all = { left: 0, top: 0, width: size.width, height: size.height };
  if (fit === "stretch") return { from: whole, to: all };
  if (fit === "pad") {
    const ratio = Math.fround(Math.max(original.width / size.width, original.height / size.height));
    const [width, height] = [Math.fround(original.width / ratio), Math.fround(original.height / ratio)];
    const to = {
      left: Math.floor((size.width - width) / 2),
      top: Math.floor((size.height - height) / 2),
      width: Math.max(1, Math.floor(width)),
      height: Math.max(1, Math.floor(height)),
    };
    return { from: whole, to };
  }
  const width = Math.min(original.width, Math.max(1, Math.floor((original.height * size.width) / size.height)));
  const height = Math.min(original.height, Math.max(1, Math.floor((original.width * size.height) / size.width)));
  const left = Math.floor((original.width - width) / 2);
  const top = Math.floor((original.height - height) / 2);
  return { from: { left, top, width, height }, to: all };
}

function padded(pixels: Float32Array, to: Rectangle, size: Size, channels: number): Float32Array {
  const result = new Float32Array(size.height * size.width * channels);
  const across = to.width * channels;
  for (let y = 0; y < to.height; y++) {
    const at = ((to.top + y) * size.width + to.left) * channels;
    result.set(pixels.subarray(y * across, (y + 1) * across), at);
  }
  return result;
}

function greyOf(rgb: Uint8Array): Uint8Array {
  return Uint8Array.from({ length: rgb.length / 3 }, (_, i) => {
    const [r = 0, g = 0, b = 0] = [rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2]];
    return Math.round(0.299 * r + 0.587 * g + 0.114 * b);
  });
}
