import { readFile } from "node:fs/promises";
import sharp, { type Sharp } from "sharp";
import { AnchorkitError, messageOf } from "../base/errors.ts";
import type { Size } from "../base/preprocessing.ts";
import { shownPath } from "./files.ts";

/** What the header of an image file says. */
export interface ImageHeader {
  /** Pixels as the image is shown, EXIF orientation applied. */
  width: number;
  height: number;
  /** EXIF orientation, 1 to 8; 1 where there is none. From 5 on, the stored width is the shown height. */
  orientation: number;
}

export interface DecodeOptions {
  /** Stretch the image to exactly this size, or one that follows from its own; without it, it keeps its own. */
  size?: Size | ((original: Size) => Size);
  /** Images of more pixels than this are refused; 100 million unless told. */
  maxPixels?: number;
}

/** A decoded image. A box of the original maps to this one by multiplying x with scaleX and y with scaleY. */
export interface DecodedImage {
  /** height * width * 3 bytes: rows from the top, R, G and B interleaved. */
  data: Uint8Array;
  width: number;
  height: number;
  /** Size before resizing, EXIF orientation applied. */
  originalWidth: number;
  originalHeight: number;
  scaleX: number;
  scaleY: number;
}

const DEFAULT_MAX_PIXELS = 100_000_000;

/**
 * Size and orientation of an image file or its bytes, from the header alone; no pixel is decoded.
 *
 * @throws AnchorkitError naming the file when it is missing, no image, of a kind sharp cannot read, or too large.
 */
export async function readImageHeader(
  source: string | Uint8Array,
  options: Pick<DecodeOptions, "maxPixels"> = {},
): Promise<ImageHeader> {
  return explained(source, () => headerOf(sharp(source, { limitInputPixels: false }), options.maxPixels));
}

/**
 * Decodes an image file, or the bytes of one, into 8-bit sRGB with three channels, whatever it holds: EXIF orientation
 * is applied; transparency is flattened onto white, as most viewers show it; embedded colour profiles and CMYK are
 * converted to sRGB; 16 bits are cut to 8; grey and palette images become RGB; an animation gives its first frame.
 *
 * Resizing uses an antialiased triangle filter ("bilinear"); large JPEGs are shrunk while they are decoded. Edges land
 * where `scaleX` and `scaleY` say within about half a pixel of the result.
 *
 * @throws AnchorkitError naming the file and the reason, also for a file that ends early: half an image would train
 * as a whole one. Defects that every viewer tolerates, such as stray bytes between JPEG markers, are tolerated.
 */
export async function decodeImage(source: string | Uint8Array, options: DecodeOptions = {}): Promise<DecodedImage> {
  return explained(source, async () => {
    // One read serves header and pixels.
    const bytes = typeof source === "string" ? await readFile(source) : source;
    const image = sharp(bytes, { failOn: "error", limitInputPixels: false });
    const original = await headerOf(image, options.maxPixels);
    image.autoOrient().flatten({ background: "white" });
    const size = typeof options.size === "function" ? options.size(original) : options.size;
    if (size) image.resize(size.width, size.height, { fit: "fill", kernel: "linear" });
    const { data, info } = await image
      .toColourspace("srgb")
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== 3) throw new AnchorkitError(`has ${info.channels} channels after conversion to sRGB, not 3`);
    return {
      data,
      width: info.width,
      height: info.height,
      originalWidth: original.width,
      originalHeight: original.height,
      scaleX: info.width / original.width,
      scaleY: info.height / original.height,
    };
  });
}

async function headerOf(image: Sharp, maxPixels = DEFAULT_MAX_PIXELS): Promise<ImageHeader> {
  const { autoOrient, orientation, format } = await image.metadata();
  // libvips also draws vector files; their size is a matter of taste, so boxes on them mean nothing.
  if (format === "svg") throw new AnchorkitError("is a vector drawing (SVG), not an image of pixels");
  const { width, height } = autoOrient;
  if (width * height > maxPixels) {
    throw new AnchorkitError(`has ${width} x ${height} pixels, more than the limit of ${maxPixels}`);
  }
  return { width, height, orientation: orientation ?? 1 };
}

/** Runs `work`, and puts the file's name before what goes wrong. */
async function explained<T>(source: string | Uint8Array, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const name = typeof source === "string" ? shownPath(source) : "image";
    throw new AnchorkitError(`${name}: ${reasonOf(error)}`, { cause: error });
  }
}

/** libvips's messages repeat themselves over several lines; the first says it. */
function reasonOf(error: unknown): string {
  if (error instanceof AnchorkitError) return error.message;
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  const message = (messageOf(error).split("\n")[0] ?? "")
    .replace(/^Input (file|buffer) /, "")
    .replace(/Vips\w+: /g, "");
  if (code === "ENOENT" || message.startsWith("is missing")) return "no such file";
  if (message.includes("unsupported image format")) {
    return "is no image that can be read (JPEG, PNG, WebP, AVIF, TIFF and GIF can)";
  }
  return `cannot be decoded: ${message}`;
}
