import type { Size } from "../../base/preprocessing.ts";
import { profileToSrgb } from "./colourProfile.ts";
import { type JpegHeader, readJpegHeader } from "./jpegHeader.ts";
import { isSmall } from "./resizePixels.ts";
import type { Raster } from "./resample.ts";

/**
 * The pixels of a small JPEG file as sRGB, height * width * 3 bytes; the bytes that sharp gives, or 1 beside them where a
 * colour profile is converted. Sharp needs 3 ms and more of a processor for each image however small it is, 7 where it has
 * a profile, as each of its pipelines begins anew; this needs half a millisecond, at most 2.
 *
 * Undefined for all but plain JPEG files: baseline or progressive, grey or RGB, upright, with a profile that matrices
 * describe or none; and for every damaged one. Sharp reads those, or says what is wrong with them.
 */
export async function decodeSmallJpeg(bytes: Uint8Array): Promise<(Raster & { channels: 3 }) | undefined> {
  const header = readJpegHeader(bytes);
  if (!header || !isPlain(header)) return undefined;
  const { width, height, channels, profile } = header;
  const convert = profile && profileToSrgb(profile);
  if (profile && !convert) return undefined;
  const decoded = (await jpegDecoder())(bytes, header);
  if (!decoded) return undefined;
  const data = channels === 1 ? tripled(decoded) : decoded;
  convert?.(data);
  return { data, width, height, channels: 3 };
}

function isPlain({ width, height, channels, orientation, profile }: JpegHeader): boolean {
  const coloured = channels === 3 || (channels === 1 && profile === undefined);
  return coloured && orientation === 1 && isSmall({ width, height });
}

function tripled(grey: Uint8Array): Uint8Array {
  const data = new Uint8Array(grey.length * 3);
  grey.forEach((value, i) => data.fill(value, 3 * i, 3 * i + 3));
  return data;
}

/** The pixels of a JPEG file, height * width * channels; undefined where libjpeg-turbo has something to say against it. */
type DecodeJpeg = (bytes: Uint8Array, header: Size & { channels: number }) => Uint8Array | undefined;

let decoder: Promise<DecodeJpeg> | undefined;

/** libjpeg-turbo as WebAssembly; loaded when the first image asks for it. */
function jpegDecoder(): Promise<DecodeJpeg> {
  decoder ??= openDecoder();
  return decoder;
}

async function openDecoder(): Promise<DecodeJpeg> {
  const { default: open } = await import("@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs");
  const { JPEGDecoder } = await open();
  const codec = new JPEGDecoder();
  return (bytes, { width, height, channels }) => {
    try {
      codec.getEncodedBuffer(bytes.length).set(bytes);
      codec.decode();
    } catch {
      decoder = undefined; // what the codec held when it stopped is not given back
      return undefined;
    }
    const frame = codec.getFrameInfo();
    const asPromised = frame.width === width && frame.height === height && frame.componentCount === channels;
    return asPromised ? new Uint8Array(codec.getDecodedBuffer()) : undefined;
  };
}
