import { AnchorkitError } from "../../base/errors.ts";

/** Where things are in a BMP file, from its headers. */
export interface BmpHeader {
  width: number;
  height: number;
  /** Rows are stored from the top; usually from the bottom. */
  topDown: boolean;
  bitsPerPixel: number;
  /** Where the rows begin, and the bytes from one to the next. */
  pixels: number;
  stride: number;
  /** Where the palette begins, its entries, and the bytes of one; no entries for images without. */
  palette: { at: number; count: number; entry: number };
  /** Bits of red, green, blue and alpha in a pixel of 16 or 32 bits. */
  masks: readonly [number, number, number, number];
}

/** The longest that the headers can be: file header, V5 header. */
export const BMP_HEADER_BYTES = 14 + 124;

/** Whether the bytes begin like a BMP file. */
export function isBmp(bytes: Uint8Array): boolean {
  return bytes[0] === 0x42 && bytes[1] === 0x4d;
}

/**
 * The headers of a BMP file, of Windows or OS/2, from its first `BMP_HEADER_BYTES`.
 *
 * @throws AnchorkitError for what is damaged, and for compressed ones, which hardly any program writes
 */
export function readBmpHeader(bytes: Uint8Array): BmpHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 26) throw damaged(`its header is cut off after ${bytes.length} bytes`);
  const headerSize = view.getUint32(14, true);
  const os2 = headerSize === 12;
  if (!os2 && (headerSize < 40 || headerSize > 124)) throw damaged(`its header cannot have ${headerSize} bytes`);
  if (bytes.length < 14 + headerSize) throw damaged(`its header is cut off after ${bytes.length} bytes`);
  const width = os2 ? view.getUint16(18, true) : view.getInt32(18, true);
  const storedHeight = os2 ? view.getUint16(20, true) : view.getInt32(22, true);
  const height = Math.abs(storedHeight);
  if (width < 1 || height < 1) throw damaged(`its size is ${width} x ${storedHeight}`);
  const bitsPerPixel = view.getUint16(os2 ? 24 : 28, true);
  if (![1, 2, 4, 8, 16, 24, 32].includes(bitsPerPixel)) throw damaged(`${bitsPerPixel} bits a pixel`);

  const compression = os2 ? PLAIN : view.getUint32(30, true);
  const masked = compression === MASKS || compression === ALPHA_MASKS;
  if (compression !== PLAIN && !(masked && (bitsPerPixel === 16 || bitsPerPixel === 32))) {
    throw new AnchorkitError("is a compressed BMP, which cannot be read; save it as PNG");
  }
  // A header of 40 bytes is followed by the masks; the longer ones hold them in the same place.
  const masksBehind = masked && headerSize === 40 ? (compression === ALPHA_MASKS ? 16 : 12) : 0;
  const hasAlpha = compression === ALPHA_MASKS || (masked && headerSize >= 56);
  const masksEnd = masked ? (hasAlpha ? 70 : 66) : 0;
  if (bytes.length < Math.max(14 + headerSize + masksBehind, masksEnd)) throw damaged("its header is cut off");
  const mask = (at: number): number => view.getUint32(at, true);
  const masks = masked
    ? ([mask(54), mask(58), mask(62), hasAlpha ? mask(66) : 0] as const)
    : bitsPerPixel === 16
      ? MASKS_16
      : MASKS_32;

  const colours = os2 ? 0 : view.getUint32(46, true);
  const pixels = view.getUint32(10, true);
  const at = 14 + headerSize + masksBehind;
  const count = bitsPerPixel > 8 ? 0 : Math.min(colours || 2 ** bitsPerPixel, 2 ** bitsPerPixel);
  const entry = os2 ? 3 : 4;
  if (pixels < at + count * entry) throw damaged(`its pixels cannot begin at byte ${pixels}`);
  const stride = Math.ceil((width * bitsPerPixel) / 32) * 4;
  return {
    width,
    height,
    topDown: storedHeight < 0,
    bitsPerPixel,
    pixels,
    stride,
    palette: { at, count, entry },
    masks,
  };
}

/**
 * The pixels of a BMP file: rows from the top, R, G and B interleaved, or R, G, B and A where the header tells of alpha
 * and it is not 0 everywhere (some programs leave it empty).
 *
 * @throws AnchorkitError when the file ends early or uses colours that its palette does not have
 */
export function decodeBmp(bytes: Uint8Array, header: BmpHeader): { data: Uint8Array; channels: 3 | 4 } {
  const { width, height, topDown, bitsPerPixel, pixels, stride } = header;
  const needed = pixels + stride * (height - 1) + Math.ceil((width * bitsPerPixel) / 8);
  if (bytes.length < needed) throw damaged(`it ends after ${bytes.length} of ${needed} bytes`);
  const readRow = rowReader(bytes, header);
  const rgba = bitsPerPixel > 8 && bitsPerPixel !== 24 && header.masks[3] !== 0;
  const channels = rgba ? 4 : 3;
  const data = new Uint8Array(width * height * channels);
  for (let y = 0; y < height; y++) {
    const row = data.subarray(y * width * channels, (y + 1) * width * channels);
    readRow(pixels + stride * (topDown ? y : height - 1 - y), row);
  }
  return rgba ? withoutEmptyAlpha(data) : { data, channels };
}

type ReadRow = (at: number, into: Uint8Array) => void;

function rowReader(bytes: Uint8Array, header: BmpHeader): ReadRow {
  if (header.bitsPerPixel <= 8) return paletteReader(bytes, header);
  if (header.bitsPerPixel === 24) {
    return (at, into) => {
      for (let i = 0; i < into.length; i += 3) {
        into[i] = bytes[at + i + 2] ?? 0;
        into[i + 1] = bytes[at + i + 1] ?? 0;
        into[i + 2] = bytes[at + i] ?? 0;
      }
    };
  }
  return maskReader(bytes, header);
}

function paletteReader(bytes: Uint8Array, { bitsPerPixel, width, palette }: BmpHeader): ReadRow {
  const perByte = 8 / bitsPerPixel;
  return (at, into) => {
    for (let x = 0; x < width; x++) {
      const byte = bytes[at + Math.floor(x / perByte)] ?? 0;
      const colour = (byte >>> (8 - bitsPerPixel * ((x % perByte) + 1))) & (2 ** bitsPerPixel - 1);
      if (colour >= palette.count) throw damaged(`colour ${colour} of a palette of ${palette.count}`);
      const from = palette.at + colour * palette.entry;
      into[3 * x] = bytes[from + 2] ?? 0;
      into[3 * x + 1] = bytes[from + 1] ?? 0;
      into[3 * x + 2] = bytes[from] ?? 0;
    }
  };
}

function maskReader(bytes: Uint8Array, { bitsPerPixel, width, masks }: BmpHeader): ReadRow {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const used = masks.slice(0, masks[3] === 0 ? 3 : 4).map((mask) => {
    const shift = mask === 0 ? 0 : 31 - Math.clz32(mask & -mask);
    return { mask, shift, scale: mask === 0 ? 0 : 255 / (mask >>> shift) };
  });
  const size = bitsPerPixel / 8;
  return (at, into) => {
    for (let x = 0, i = 0; x < width; x++) {
      const pixel = size === 2 ? view.getUint16(at + 2 * x, true) : view.getUint32(at + 4 * x, true);
      for (const { mask, shift, scale } of used) into[i++] = Math.round(((pixel & mask) >>> shift) * scale);
    }
  };
}

function withoutEmptyAlpha(rgba: Uint8Array): { data: Uint8Array; channels: 3 | 4 } {
  if (rgba.some((value, i) => i % 4 === 3 && value !== 0)) return { data: rgba, channels: 4 };
  return { data: rgba.filter((_, i) => i % 4 !== 3), channels: 3 };
}

function damaged(how: string): AnchorkitError {
  return new AnchorkitError(`cannot be decoded: damaged BMP: ${how}`);
}

/** Values of `compression`. */
const PLAIN = 0;
const MASKS = 3;
const ALPHA_MASKS = 6;

const MASKS_16 = [0x7c00, 0x03e0, 0x001f, 0] as const;
const MASKS_32 = [0xff0000, 0xff00, 0xff, 0] as const;
