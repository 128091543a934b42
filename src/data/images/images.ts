import { knownOptions } from "../../geometry/knownOptions.ts";
import { readFileSync } from "node:fs";
import { open, readFile } from "node:fs/promises";
import { isMainThread } from "node:worker_threads";
import sharp, { type Region, type Sharp } from "sharp";
import { AnchorkitError, messageOf } from "../../base/errors.ts";
import { MAX_PIXELS } from "../../base/decodingRules.ts";
import { systemErrorWords } from "../../base/systemErrors.ts";
import type { Size } from "../../base/preprocessing.ts";
import { BMP_HEADER_BYTES, decodeBmp, isBmp, readBmpHeader } from "./bmp.ts";
import { fileKind } from "./fileKind.ts";
import { readJpegHeader } from "./jpegHeader.ts";
import { shownPath } from "../files.ts";
import { resizePixels, resizeRaster } from "./resizePixels.ts";
import type { Raster } from "./resample.ts";
import { shrunkJpeg } from "./shrunkJpeg.ts";
import { decodeSmallJpeg } from "./smallJpeg.ts";

/** What the header of an image file says. */
export interface ImageHeader {
  /** Pixels as the image is shown, EXIF orientation applied. */
  width: number;
  height: number;
  /** EXIF orientation, 1 to 8; 1 where there is none. From 5 on, the stored width is the shown height. */
  orientation: number;
  /** What the file is, whatever its name says. */
  format: ImageFormat;
}

export type ImageFormat = (typeof FORMATS)[number];

export interface DecodeOptions {
  /**
   * Decode this part alone: x1, y1, x2, y2 in whole pixels of the image as it is shown, x2 and y2 exclusive. It is cut out
   * before it is resized, and all sizes are its own.
   */
  region?: readonly [number, number, number, number];
  /** Stretch the image to exactly this size, or one that follows from its own; without it, it keeps its own. */
  size?: Size | ((original: Size) => Size);
  /**
   * Images of more pixels than this are refused: a small file can promise more than memory holds. 100 million unless told,
   * or what the environment variable ANCHORKIT_MAX_PIXELS says.
   */
  maxPixels?: number;
  /**
   * Spread what a 16-bit image holds, its lowest value to its highest, over 0 to 255. Without it the upper 8 bits are
   * kept, as viewers do; a microscope that writes 12 bits into 16 then gives images that are nearly black.
   */
  stretch?: boolean;
}

/** A decoded image, or a region of one. A box of the original maps to this one by multiplying x with scaleX and y with scaleY. */
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

/** What is read. */
const FORMATS = ["jpeg", "png", "webp", "avif", "tiff", "gif", "bmp"] as const;

const MAX_PIXELS_VARIABLE = "ANCHORKIT_MAX_PIXELS";

/**
 * Size, orientation and format of an image file or its bytes, from the header alone; no pixel is decoded.
 *
 * @throws AnchorkitError naming the file when it is missing, no image, of a kind that is not read, or too large.
 */
export async function readImageHeader(
  source: string | Uint8Array,
  options: Pick<DecodeOptions, "maxPixels"> = {},
): Promise<ImageHeader> {
  const start = typeof source === "string" ? await explained(source, () => startOf(source)) : source;
  return explained(
    source,
    () => (isBmp(start) ? bmpHeader(start, options.maxPixels) : headerOf(sharp(source, QUIET), options.maxPixels)),
    start,
  );
}

/**
 * Decodes an image file, or the bytes of one, into 8-bit sRGB with three channels, whatever it holds and whatever its
 * extension: EXIF orientation is applied; transparency is flattened onto white, as most viewers show it; embedded
 * colour profiles and CMYK are converted to sRGB; of 16 bits the upper 8 are kept (`stretch` for another way); grey and
 * palette images become RGB; of an animation or a stack the first picture is taken. Refused are images of signed,
 * 32-bit and floating-point numbers, as they do not say which of them is white, and those of more than 4 channels.
 *
 * Resizing uses an antialiased triangle filter ("bilinear"), and puts edges where `scaleX` and `scaleY` say. JPEG files at
 * least twice as large as `size` are shrunk while they are decoded, which takes less than half the time and changes a byte
 * by less than 1 on average; where that does not come out even, edges at the far end land up to half a pixel of the result
 * away.
 * A region is decoded with all pixels, too.
 *
 * @throws AnchorkitError naming the file and the reason, also for a file that ends early: half an image would train
 * as a whole one. Defects that every viewer tolerates, such as stray bytes between JPEG markers, are tolerated.
 */
export async function decodeImage(source: string | Uint8Array, options: DecodeOptions = {}): Promise<DecodedImage> {
  knownOptions("decodeImage", options, { region: true, size: true, maxPixels: true, stretch: true });
  const { region } = options;
  const bytes = await bytesOf(source);
  const small = await decodeSmallJpeg(bytes);
  if (small) return explained(source, () => fittedRaster(small, options));
  return opened(source, bytes, options, async (image, header) => {
    if (region) image.extract(rectangleIn(header, region));
    const original = region ? { width: region[2] - region[0], height: region[3] - region[1] } : header;
    const size = typeof options.size === "function" ? options.size(original) : options.size;
    const shrinks = size && typeof source === "string" && !region;
    const shrunk = shrinks ? shrunkJpeg(source, header, size) : undefined;
    const pixelsOf = (opened: Sharp) => resizePixels(opened.flatten({ background: "white" }), original, size);
    const whole = () => pixelsOf(image);
    // Whatever is wrong with the file, the usual way explains it.
    const pixels = await (shrunk === undefined ? whole() : pixelsOf(openSharp(shrunk)).catch(whole));
    if (pixels.channels !== 3)
      throw new AnchorkitError(`has ${pixels.channels} channels after conversion to sRGB, not 3`);
    return asDecoded(pixels, original);
  });
}

/** How `withImage` opens an image. */
export interface OpenOptions extends Pick<DecodeOptions, "maxPixels" | "stretch"> {
  /** All pictures of an animation, one under the other, rather than the first; the limit of pixels is for all of them. */
  animated?: boolean;
}

/**
 * Regions of an image file, in their order, each at the size that follows from its own; the file is decoded once. See
 * `decodeImage` for the rest.
 */
export async function decodeRegions(
  source: string | Uint8Array,
  regions: readonly (readonly [number, number, number, number])[],
  size: (original: Size) => Size,
): Promise<DecodedImage[]> {
  const { data, width, height } = await decodeImage(source);
  const whole: Raster = { data, width, height, channels: 3 };
  return regions.map((region) => fittedRaster(whole, { region, size }));
}

/**
 * Opens an image file, or the bytes of one, for a pipeline of sharp's other than `decodeImage`: EXIF orientation is
 * applied, the header is checked. What goes wrong in `work` is put into words with the file's name before them.
 */
export async function withImage<T>(
  source: string | Uint8Array,
  options: OpenOptions,
  work: (image: Sharp, header: ImageHeader) => Promise<T>,
): Promise<T> {
  return opened(source, await bytesOf(source), options, work);
}

/** One read serves header and pixels. A thread of its own may wait for the disk, which is quicker for small files. */
function bytesOf(source: string | Uint8Array): Promise<Uint8Array> {
  const read = (path: string) => (isMainThread ? readFile(path) : readFileSync(path));
  return explained(source, () => (typeof source === "string" ? read(source) : source));
}

/** See withImage. */
function opened<T>(
  source: string | Uint8Array,
  bytes: Uint8Array,
  { maxPixels, stretch, animated = false }: OpenOptions,
  work: (image: Sharp, header: ImageHeader) => Promise<T>,
): Promise<T> {
  const open = async () => {
    if (isBmp(bytes)) {
      const header = bmpHeader(bytes, maxPixels);
      const { data, channels } = decodeBmp(bytes, readBmpHeader(bytes));
      return work(sharp(data, { raw: { width: header.width, height: header.height, channels } }), header);
    }
    const image = openSharp(bytes, animated);
    const header = plainHeader(bytes, maxPixels) ?? (await headerOf(image, maxPixels));
    const deep = stretch && (await image.metadata()).depth === "ushort";
    return work(deep ? await stretched(image) : image, header);
  };
  return explained(source, open, bytes);
}

/** A decoded image, or the region of it, at the wanted size. */
function fittedRaster(raster: Raster, { region, maxPixels, ...options }: DecodeOptions): DecodedImage {
  checkPixels(raster.width, raster.height, maxPixels);
  const part = region && rectangleIn(raster, region);
  const { width, height } = part ?? raster;
  const original = { width, height };
  const size = (typeof options.size === "function" ? options.size(original) : options.size) ?? original;
  return asDecoded(resizeRaster(raster, { width: size.width, height: size.height }, part), original);
}

function asDecoded({ data, width, height }: Raster, original: Size): DecodedImage {
  const scales = { scaleX: width / original.width, scaleY: height / original.height };
  return { data, width, height, originalWidth: original.width, originalHeight: original.height, ...scales };
}

/** @throws AnchorkitError for a region that is empty, leaves the image, or has fractions */
function rectangleIn({ width, height }: Size, [x1, y1, x2, y2]: readonly [number, number, number, number]): Region {
  const isInside = 0 <= x1 && x1 < x2 && x2 <= width && 0 <= y1 && y1 < y2 && y2 <= height;
  if (isInside && [x1, y1, x2, y2].every(Number.isInteger)) {
    return { left: x1, top: y1, width: x2 - x1, height: y2 - y1 };
  }
  const said = `the region ${[x1, y1, x2, y2].join(", ")} (x1, y1, x2, y2)`;
  throw new AnchorkitError(`${said} must be of whole pixels inside the image, which has ${width} x ${height}`);
}

/** A 16-bit image as one of 8 bits in which the lowest of its values is 0 and the highest 255. */
async function stretched(image: Sharp): Promise<Sharp> {
  const { data, info } = await image
    .flatten({ background: "white" })
    .toColourspace("rgb16")
    .raw({ depth: "ushort" })
    .toBuffer({ resolveWithObject: true });
  const values = new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2);
  let low = 0xffff;
  let high = 0;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const scale = high > low ? 255 / (high - low) : 0;
  const bytes = Uint8Array.from(values, (value) => Math.round((value - low) * scale));
  return sharp(bytes, { raw: { width: info.width, height: info.height, channels: info.channels } });
}

/** The limit of pixels is this module's, which names the file's size. */
const QUIET = { limitInputPixels: false } as const;

function openSharp(source: string | Uint8Array, animated = false): Sharp {
  return sharp(source, { ...QUIET, animated, failOn: "error" }).autoOrient();
}

/** The first bytes of a file, enough to know what it is. */
async function startOf(path: string): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(512), 0, 512, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

function bmpHeader(bytes: Uint8Array, maxPixels?: number): ImageHeader {
  const { width, height } = readBmpHeader(bytes.subarray(0, BMP_HEADER_BYTES));
  checkPixels(width, height, maxPixels);
  return { width, height, orientation: 1, format: "bmp" };
}

/** Of plain JPEG files, without the pipeline that libvips opens for it; what is unusual, or damaged, is left to libvips. */
function plainHeader(bytes: Uint8Array, maxPixels?: number): ImageHeader | undefined {
  const header = readJpegHeader(bytes);
  if (!header) return undefined;
  const { orientation } = header;
  const [width, height] = orientation < 5 ? [header.width, header.height] : [header.height, header.width];
  checkPixels(width, height, maxPixels);
  return { width, height, orientation, format: "jpeg" };
}

async function headerOf(image: Sharp, maxPixels?: number): Promise<ImageHeader> {
  const { autoOrient, orientation, format: named, compression, depth, channels } = await image.metadata();
  // libvips also draws vector files; their size is a matter of taste, so boxes on them mean nothing.
  if (named === "svg") throw new AnchorkitError("is a vector drawing (SVG), not an image of pixels");
  const avif = named === "heif" && compression === "av1";
  const format = avif ? "avif" : FORMATS.find((known) => known === named);
  if (!format) throw new AnchorkitError(`is ${named.toUpperCase()}, which is not read (${READ} are)`);
  const { width, height } = autoOrient;
  checkPixels(width, height, maxPixels);
  if (depth !== "uchar" && depth !== "ushort") {
    throw new AnchorkitError(`holds numbers of type ${depth}; save it with 8 or 16 bits a channel`);
  }
  if (channels > 4) throw new AnchorkitError(`has ${channels} channels; save those that are to be seen as RGB or grey`);
  return { width, height, orientation: orientation ?? 1, format };
}

function checkPixels(width: number, height: number, maxPixels?: number): void {
  const limit = maxPixels ?? usualMaxPixels();
  if (width * height <= limit) return;
  const advice = maxPixels === undefined ? `; if that is right, set ${MAX_PIXELS_VARIABLE} to more` : "";
  throw new AnchorkitError(`has ${width} x ${height} pixels, more than the limit of ${limit}${advice}`);
}

function usualMaxPixels(): number {
  const text = process.env[MAX_PIXELS_VARIABLE];
  if (text === undefined || text === "") return MAX_PIXELS;
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new AnchorkitError(`the environment variable ${MAX_PIXELS_VARIABLE} must be a whole number, got "${text}"`);
}

/** Runs `work`, and puts the file's name before what goes wrong. */
async function explained<T>(source: string | Uint8Array, work: () => T | Promise<T>, bytes?: Uint8Array): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const name = typeof source === "string" ? shownPath(source) : "image";
    throw new AnchorkitError(`${name}: ${reasonOf(error, bytes)}`, { cause: error });
  }
}

function reasonOf(error: unknown, bytes?: Uint8Array): string {
  if (error instanceof AnchorkitError) return error.message;
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT") return "no such file";
  if (code === "EISDIR") return "is a folder, not an image";
  const system = systemErrorWords(error);
  if (system !== undefined) return system;
  if (bytes?.length === 0) return "cannot be decoded: the file is empty";
  const message = plainMessage(error);
  if (!message.includes("unsupported image format")) return `cannot be decoded: ${message}`;
  const kind = bytes && fileKind(bytes);
  if (kind === undefined) return `is no image that can be read (${READ} can)`;
  const readable = FORMATS.some((format) => format === kind.toLowerCase());
  return readable ? `cannot be decoded: damaged ${kind}, or cut off` : `is ${kind}, which cannot be read (${READ} can)`;
}

/** libvips's messages repeat themselves over several lines; the first that says something is enough. */
function plainMessage(error: unknown): string {
  const lines = messageOf(error)
    .replace(/^Input (file|buffer) (has corrupt header:\s*)?/, "")
    .split("\n")
    .map((line) => line.replace(/Vips\w+: /g, "").trim())
    .filter((line) => line !== "");
  const telling = lines.find((line) => !UNTELLING.test(line));
  return telling ?? "damaged, or cut off";
}

/** What libraries say of files that end early, in words of their own. */
const UNTELLING =
  /^source: bad seek|^Unknown error$|libpng read error|unable to parse image|Unexpected end of|^\([\d.]+\)$/;

const READ = "JPEG, PNG, WebP, AVIF, TIFF, GIF and BMP";
