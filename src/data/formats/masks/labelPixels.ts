import { readFile } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { AnchorkitError } from "../../../base/errors.ts";
import { shownPath } from "../../files.ts";
import { fileKind } from "../../images/fileKind.ts";
import { withImage } from "../../images/images.ts";

/** The pixels of a label image, row after row. */
export interface LabelPixels {
  width: number;
  height: number;
  /** A number for each pixel: the value of a grey image, the index of a palette, or red * 65536 + green * 256 + blue. */
  values: Uint32Array;
  /** `index`: numbers of classes or objects. `rgb`: colours, of 16 bits the upper 8; in many a mask they are all grey. */
  kind: "index" | "rgb";
  /** Whether the file holds 16 bits a sample. */
  deep: boolean;
  /** What kind of file it is, where that blurs numbers and colours: "a JPEG". */
  lossy?: string;
}

/**
 * Reads an image whose pixels are numbers or colours that stand for something: no colour is changed, and transparency
 * does not count.
 *
 * @param colours read the colours of a palette rather than its indices, and grey of up to 8 bits as colours
 * @throws AnchorkitError naming the file when it is no image that can be read, has too many pixels, or has a palette that
 *   is missing or too short
 */
export async function readLabelPixels(
  file: string,
  { colours, ...limit }: { colours: boolean; maxPixels?: number },
): Promise<LabelPixels> {
  const name = shownPath(file);
  try {
    const bytes = await readFile(file);
    const png = pngHeader(bytes);
    const palette = png?.colourType === PALETTE ? paletteOf(bytes) : undefined;
    const lossy = lossyKind(bytes);
    return await withImage(palette ? paletteAsGrey(bytes) : bytes, limit, async (image) => {
      const { depth, channels } = await image.metadata();
      const deep = depth === "ushort";
      const { data, info } = await image
        .removeAlpha()
        .toColourspace(deep ? "rgb16" : "srgb")
        .raw({ depth: deep ? "ushort" : "uchar" })
        .toBuffer({ resolveWithObject: true });
      const samples = deep ? new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2) : data;
      const isGrey = palette !== undefined || (channels <= 2 && !(colours && !deep));
      // Grey of 1, 2 or 4 bits is spread over 0 to 255 in decoding.
      const step = isGrey && png && png.bits < 8 ? 255 / (2 ** png.bits - 1) : 1;
      const { width, height } = info;
      const pixels = { samples, channels: info.channels, count: width * height };
      const values = isGrey ? firstSamples(pixels, step) : rgbNumbers(pixels, deep ? 8 : 0);
      const read = { width, height, deep, ...(lossy !== undefined && { lossy }) };
      if (palette && colours) return { ...read, values: coloursOf(values, palette), kind: "rgb" };
      return { ...read, values, kind: isGrey ? "index" : "rgb" };
    });
  } catch (error) {
    const reason = error instanceof AnchorkitError ? error.message.replace(/^image: /, "") : "no such file";
    throw new AnchorkitError(`${name}: ${reason}`, { cause: error });
  }
}

interface Pixels {
  samples: Uint8Array | Uint16Array;
  channels: number;
  count: number;
}

function firstSamples({ samples, channels, count }: Pixels, step: number): Uint32Array {
  const values = new Uint32Array(count);
  for (let i = 0; i < count; i++) values[i] = (samples[i * channels] ?? 0) / step;
  return values;
}

/** @param drop how many of the lower bits of a sample are left out */
function rgbNumbers({ samples, channels, count }: Pixels, drop: number): Uint32Array {
  const values = new Uint32Array(count);
  const [green, blue] = channels >= 3 ? [1, 2] : [0, 0];
  const sample = (i: number): number => (samples[i] ?? 0) >> drop;
  for (let i = 0; i < count; i++) {
    const at = i * channels;
    values[i] = (sample(at) << 16) | (sample(at + green) << 8) | sample(at + blue);
  }
  return values;
}

/** The colours of indices. */
function coloursOf(indices: Uint32Array, palette: Uint32Array): Uint32Array {
  return indices.map((index) => {
    const colour = palette[index];
    if (colour !== undefined) return colour;
    const what = `has pixels of index ${index} and a palette of ${palette.length} colours`;
    throw new AnchorkitError(`${what}; save it again with a colour for each`);
  });
}

/** Kinds of files whose pixels come back changed. */
function lossyKind(bytes: Buffer): string | undefined {
  if (fileKind(bytes) === "JPEG") return "a JPEG";
  return bytes.toString("latin1", 8, 16) === "WEBPVP8 " ? "a lossy WebP" : undefined;
}

const PALETTE = 3;

/** Colour type and bits a sample of a PNG; undefined for what is none. */
function pngHeader(bytes: Buffer): { colourType: number; bits: number } | undefined {
  if (bytes.length < 33 || bytes.toString("latin1", 0, 8) !== "\x89PNG\r\n\x1a\n") return undefined;
  return { bits: bytes.readUInt8(24), colourType: bytes.readUInt8(25) };
}

/** The colours of a PNG that has a palette, as numbers. */
function paletteOf(bytes: Buffer): Uint32Array {
  const chunk = chunksOf(bytes).find(({ type }) => type === "PLTE")?.chunk;
  if (!chunk || chunk.length < 15) {
    throw new AnchorkitError("is a PNG with a palette, and the palette is missing: damaged; save it again");
  }
  return Uint32Array.from({ length: Math.floor((chunk.length - 12) / 3) }, (_, i) => chunk.readUIntBE(8 + 3 * i, 3));
}

/**
 * A PNG with a palette as one of grey values, which are the indices: the pixels are stored in the same way, the header
 * tells what they mean. Decoders give the colours of a palette alone.
 */
function paletteAsGrey(bytes: Buffer): Buffer {
  const pieces = [bytes.subarray(0, 8)];
  for (const { type, chunk } of chunksOf(bytes)) {
    if (["IDAT", "IEND", "eXIf"].includes(type)) pieces.push(chunk);
    if (type === "IHDR") {
      const header = Buffer.from(chunk);
      header.writeUInt8(0, 17);
      header.writeUInt32BE(crc32(header.subarray(4, 21)), 21);
      pieces.push(header);
    }
  }
  return Buffer.concat(pieces);
}

/** The parts of a PNG: length, type, content and checksum; the last one may be cut off. */
function chunksOf(bytes: Buffer): { type: string; chunk: Buffer }[] {
  const chunks: { type: string; chunk: Buffer }[] = [];
  for (let at = 8; at + 12 <= bytes.length;) {
    const end = at + 12 + bytes.readUInt32BE(at);
    chunks.push({ type: bytes.toString("latin1", at + 4, at + 8), chunk: bytes.subarray(at, end) });
    at = end;
  }
  return chunks;
}
