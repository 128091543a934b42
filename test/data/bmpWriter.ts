export interface BmpOptions {
  bits: 1 | 2 | 4 | 8 | 16 | 24 | 32;
  topDown?: boolean;
  /** The header of OS/2, of 12 bytes. */
  os2?: boolean;
  headerSize?: 40 | 108 | 124;
  /** Bits of red, green, blue and perhaps alpha. */
  masks?: readonly number[];
  palette?: readonly (readonly number[])[];
  /** How many entries of the palette are written. */
  colours?: number;
  /** Unused bytes before the pixels. */
  gap?: number;
}

/** A BMP file of rows of pixels (red, green, blue, perhaps alpha). */
export function bmp(rows: readonly (readonly (readonly number[])[])[], options: BmpOptions): Buffer {
  const { bits, topDown = false, os2 = false, headerSize = 40, masks, gap = 0 } = options;
  const width = rows[0]?.length ?? 0;
  const palette = bits > 8 ? [] : (options.palette ?? distinct(rows.flat()));
  const entries = bits > 8 ? 0 : (options.colours ?? (os2 ? 2 ** bits : palette.length));
  const info = os2 ? 12 : headerSize;
  const masksBehind = masks && info === 40 ? 12 : 0;
  const paletteAt = 14 + info + masksBehind;
  const pixels = paletteAt + entries * (os2 ? 3 : 4) + gap;
  const stride = Math.ceil((width * bits) / 32) * 4;
  const file = Buffer.alloc(pixels + stride * rows.length);
  file.write("BM");
  file.writeUInt32LE(file.length, 2);
  file.writeUInt32LE(pixels, 10);
  file.writeUInt32LE(info, 14);
  if (os2) {
    for (const [i, value] of [width, rows.length, 1, bits].entries()) file.writeUInt16LE(value, 18 + 2 * i);
  } else {
    file.writeInt32LE(width, 18);
    file.writeInt32LE(topDown ? -rows.length : rows.length, 22);
    file.writeUInt16LE(1, 26);
    file.writeUInt16LE(bits, 28);
    file.writeUInt32LE(masks ? 3 : 0, 30);
    file.writeUInt32LE(bits > 8 ? 0 : entries, 46);
    for (const [i, mask] of (masks ?? []).entries()) file.writeUInt32LE(mask, 54 + 4 * i);
  }
  for (const [i, [r = 0, g = 0, b = 0]] of palette.slice(0, entries).entries()) {
    file.set([b, g, r], paletteAt + i * (os2 ? 3 : 4));
  }
  for (const [y, row] of rows.entries()) {
    const at = pixels + stride * (topDown ? y : rows.length - 1 - y);
    for (const [x, pixel] of row.entries()) {
      const [r = 0, g = 0, b = 0] = pixel;
      if (bits === 24) file.set([b, g, r], at + 3 * x);
      else if (bits > 8) {
        const value = packed(pixel, masks ?? (bits === 16 ? [0x7c00, 0x3e0, 0x1f] : [0xff0000, 0xff00, 0xff]));
        if (bits === 16) file.writeUInt16LE(value, at + 2 * x);
        else file.writeUInt32LE(value, at + 4 * x);
      } else {
        const index = palette.findIndex((colour) => String(colour) === String(pixel));
        const shift = 8 - bits * ((x % (8 / bits)) + 1);
        const byte = at + Math.floor((x * bits) / 8);
        file[byte] = (file[byte] ?? 0) | (index << shift);
      }
    }
  }
  return file;
}

function distinct(colours: readonly (readonly number[])[]): number[][] {
  return [...new Map(colours.map((colour) => [String(colour), [...colour]])).values()];
}

/** The channels, alpha 255 unless given, cut to the bits of their masks. */
function packed([r = 0, g = 0, b = 0, a = 255]: readonly number[], masks: readonly number[]): number {
  return masks.reduce((sum, mask, i) => {
    const shift = 31 - Math.clz32(mask & -mask);
    return sum + Math.round(([r, g, b, a][i] ?? 0) * ((mask >>> shift) / 255)) * 2 ** shift;
  }, 0);
}
