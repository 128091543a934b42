import { decodeImage, type ImageHeader, readImageHeader } from "../../data/images/images.ts";
import { losslessPng } from "./losslessPng.ts";

/** An image file, and how its name ends. */
export interface KeptFile {
  bytes: Uint8Array;
  extension: "jpg" | "png";
}

/**
 * An image file with the same pixels and none of what cameras and programs write beside them: place, time, device, names,
 * captions, previews. What shows the pixels as they are meant stays: colour profile, and the orientation, which is applied.
 * JPEG files that are to be shown as they are stored keep their bytes; all others become PNG files.
 *
 * @throws AnchorkitError if the bytes are no image
 */
export async function withoutMetadata(encoded: Uint8Array): Promise<KeptFile> {
  const { format, orientation }: ImageHeader = await readImageHeader(encoded);
  const bytes = format === "jpeg" && orientation === 1 ? strippedJpeg(encoded) : undefined;
  if (bytes) return { bytes, extension: "jpg" };
  const { data, width, height } = await decodeImage(encoded);
  return { bytes: await losslessPng(data, { width, height }), extension: "png" };
}

/**
 * A JPEG file of the segments alone that decoding needs (ITU-T T.81, Annex B), of JFIF and Adobe what colours mean, and the
 * ICC profile. What follows the end of the image (further pictures, films) is cut off. Undefined where anything is not as
 * it should be.
 */
export function strippedJpeg(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes[0] !== 0xff || bytes[1] !== START) return undefined;
  const parts = [bytes.subarray(0, 2)];
  let at = 2;
  while (at + 3 < bytes.length || bytes[at + 1] === END) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1] as number;
    if (marker === 0xff) {
      at++; // a marker may follow after any number of these
      continue;
    }
    if (marker === END) return Buffer.concat([...parts, bytes.subarray(at, at + 2)]);
    const length = ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number);
    let end = at + 2 + length;
    if (length < 2 || end > bytes.length) return undefined;
    if (marker === SCAN) while (end < bytes.length && !endsScan(bytes, end)) end++;
    if (isKept(marker, bytes.subarray(at + 4, end))) parts.push(bytes.subarray(at, end));
    at = end;
  }
  return undefined;
}

/** A marker that is neither a byte of the scan (0) nor one that starts it anew. */
function endsScan(bytes: Uint8Array, at: number): boolean {
  const next = bytes[at + 1] as number;
  return bytes[at] === 0xff && next !== 0 && next !== 0xff && !(next >= 0xd0 && next <= 0xd7);
}

function isKept(marker: number, segment: Uint8Array): boolean {
  const starts = (text: string): boolean =>
    Buffer.from(segment.buffer, segment.byteOffset, Math.min(text.length, segment.length)).toString("latin1") === text;
  if (marker === 0xe0) return starts("JFIF\0");
  if (marker === 0xe2) return starts("ICC_PROFILE\0");
  if (marker === 0xee) return starts("Adobe");
  return marker < 0xe0; // tables, frames and scans; above are applications' segments and comments
}

const START = 0xd8;
const END = 0xd9;
const SCAN = 0xda;
