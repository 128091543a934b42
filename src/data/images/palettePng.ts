import { crc32, deflateSync } from "node:zlib";
import { AnchorkitError } from "../../base/errors.ts";
import type { LabelMap } from "../../geometry/masks/labelMap.ts";

/**
 * The colour map of Pascal VOC, by which masks of many data sets are coloured: black for 0, dark red for 1, …, cream for
 * 255. The bits of a value are dealt in turn to red, green and blue, from the highest bit of these down.
 *
 * @returns [256 * 3]: red, green and blue of each value
 */
export function vocColours(): Uint8Array {
  const colours = new Uint8Array(256 * 3);
  for (let value = 0; value < 256; value++) {
    for (let bit = 0; bit < 8; bit++) {
      const at = 3 * value + (bit % 3);
      colours[at] = (colours[at] ?? 0) | (((value >> bit) & 1) << (7 - Math.floor(bit / 3)));
    }
  }
  return colours;
}

/**
 * A label map as a PNG with a palette, as the VOC devkit has masks: each pixel is stored as its value, which viewers show
 * as a colour. (Libraries that encode images choose a palette of their own, which changes the values.)
 *
 * @param colours red, green and blue of each value from 0 on; those of Pascal VOC unless told
 * @throws AnchorkitError where the map does not have height * width values, or one has no colour
 */
export function palettePng({ data, width, height }: LabelMap, colours: Uint8Array = vocColours()): Buffer {
  if (data.length !== width * height) {
    throw new AnchorkitError(`palettePng: data must be of ${width} x ${height} pixels, got ${data.length}`);
  }
  const used = data.reduce((highest, value) => Math.max(highest, value), 0) + 1;
  if (colours.length < 3 * used) {
    throw new AnchorkitError(
      `palettePng: colours must be red, green and blue of ${used} values, got ${colours.length}`,
    );
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3], 8); // bits a pixel, and that these are places in the palette
  const rows = Buffer.alloc(height * (width + 1)); // each behind a byte that says how it is filtered: not at all
  for (let y = 0; y < height; y++) rows.set(data.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", header),
    chunk("PLTE", colours.subarray(0, 3 * used)),
    chunk("IDAT", deflateSync(rows, { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** A part of a PNG: its length, type, content and checksum. */
function chunk(type: string, content: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), content]);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, checksum]);
}
