import { readFile } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { AnchorkitError } from "../../../base/errors.ts";
import { shownPath } from "../../files.ts";
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
}

/**
 * Reads an image whose pixels are numbers or colours that stand for something: no colour is changed, and transparency
 * does not count.
 *
 * @param colours read the colours of a palette rather than its indices, and grey of up to 8 bits as colours
 * @throws AnchorkitError naming the file when it is no image that can be read, or has too many pixels
 */
export async function readLabelPixels(
  file: string,
  { colours, ...limit }: { colours: boolean; maxPixels?: number },
): Promise<LabelPixels> {
  const name = shownPath(file);
  try {
    const bytes = await readFile(file);
    const png = pngHeader(bytes);
    const isPalette = png?.colourType === PALETTE && !colours;
    return await withImage(isPalette ? paletteAsGrey(bytes) : bytes, limit, async (image) => {
      const { depth, channels } = await image.metadata();
      const deep = depth === "ushort";
      const { data, info } = await image
        .removeAlpha()
        .toColourspace(deep ? "rgb16" : "srgb")
        .raw({ depth: deep ? "ushort" : "uchar" })
        .toBuffer({ resolveWithObject: true });
      const samples = deep ? new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2) : data;
      const isGrey = isPalette || (channels <= 2 && png?.colourType !== PALETTE && !(colours && !deep));
      // Grey of 1, 2 or 4 bits is spread over 0 to 255 in decoding.
      const step = isGrey && png && png.bits < 8 ? 255 / (2 ** png.bits - 1) : 1;
      const { width, height } = info;
      const pixels = { samples, channels: info.channels, count: width * height };
      const values = isGrey ? firstSamples(pixels, step) : rgbNumbers(pixels, deep ? 8 : 0);
      return { width, height, values, kind: isGrey ? "index" : "rgb", deep };
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

const PALETTE = 3;

/** Colour type and bits a sample of a PNG; undefined for what is none. */
function pngHeader(bytes: Buffer): { colourType: number; bits: number } | undefined {
  if (bytes.length < 33 || bytes.toString("latin1", 0, 8) !== "\x89PNG\r\n\x1a\n") return undefined;
  return { bits: bytes.readUInt8(24), colourType: bytes.readUInt8(25) };
}

/**
 * A PNG with a palette as one of grey values, which are the indices: the pixels are stored in the same way, the header
 * tells what they mean. Decoders give the colours of a palette alone.
 */
function paletteAsGrey(bytes: Buffer): Buffer {
  const pieces = [bytes.subarray(0, 8)];
  for (let at = 8; at + 12 <= bytes.length;) {
    const end = at + 12 + bytes.readUInt32BE(at);
    const type = bytes.toString("latin1", at + 4, at + 8);
    if (["IDAT", "IEND", "eXIf"].includes(type)) pieces.push(bytes.subarray(at, end));
    if (type === "IHDR") {
      const header = Buffer.from(bytes.subarray(at, end));
      header.writeUInt8(0, 17);
      header.writeUInt32BE(crc32(header.subarray(4, 21)), 21);
      pieces.push(header);
    }
    at = end;
  }
  return Buffer.concat(pieces);
}
