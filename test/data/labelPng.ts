import { crc32, deflateSync } from "node:zlib";

/**
 * A PNG of so many bits a pixel, with a palette of colours (red * 65536 + green * 256 + blue), or without one of grey
 * values.
 *
 * @param rows values of pixels, or indices
 */
export function labelPng(
  bits: 1 | 2 | 4 | 8,
  palette: readonly number[] | undefined,
  rows: readonly (readonly number[])[],
): Buffer {
  const width = rows[0]?.length ?? 0;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(rows.length, 4);
  header.set([bits, palette ? 3 : 0], 8);
  const packed = rows.map((values) => {
    const row = Buffer.alloc(1 + Math.ceil((width * bits) / 8)); // a byte that says how the row is filtered: not at all
    for (const [x, value] of values.entries()) {
      const at = 1 + Math.floor((x * bits) / 8);
      row[at] = (row[at] ?? 0) | (value << (8 - bits - ((x * bits) % 8)));
    }
    return row;
  });
  const colours = palette?.flatMap((value) => [value >> 16, (value >> 8) & 255, value & 255]);
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", header),
    ...(colours ? [chunk("PLTE", Buffer.from(colours))] : []),
    chunk("IDAT", deflateSync(Buffer.concat(packed))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, checksum]);
}
