/** What the markers before a JPEG file's pixels say. */
export interface JpegHeader {
  /** Pixels as they are stored, whatever the orientation. */
  width: number;
  height: number;
  /** 1 for grey, 3 for colours, 4 for inks. */
  channels: number;
  /** EXIF orientation, 1 to 8; 1 where there is none. */
  orientation: number;
  /** The embedded ICC profile. */
  profile?: Uint8Array;
}

/**
 * The header of a JPEG file of the two kinds that cameras and programs write, baseline and progressive, with 8 bits a
 * channel (ITU-T T.81, Annex B). Undefined for other kinds, and where anything is not as it should be.
 */
export function readJpegHeader(bytes: Uint8Array): JpegHeader | undefined {
  try {
    return readMarkers(bytes);
  } catch (error) {
    if (error instanceof RangeError) return undefined; // it ends early
    throw error;
  }
}

function readMarkers(bytes: Uint8Array): JpegHeader | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint16(0) !== START) return undefined;
  let frame: Pick<JpegHeader, "width" | "height" | "channels"> | undefined;
  let orientation: number | undefined;
  const profile: Uint8Array[] = [];
  let profileParts = 0;
  for (let at = 2; ; at += 2 + view.getUint16(at + 2)) {
    if (view.getUint8(at) !== 0xff || view.getUint16(at + 2) < 2) return undefined;
    const marker = view.getUint8(at + 1);
    const segment = bytes.subarray(at + 4, at + 2 + view.getUint16(at + 2));
    if (marker === SCAN) break;
    if (FRAMES.has(marker)) {
      if (frame || view.getUint8(at + 4) !== 8) return undefined;
      frame = { height: view.getUint16(at + 5), width: view.getUint16(at + 7), channels: view.getUint8(at + 9) };
    } else if (!isTable(marker) && !isNote(marker)) {
      return undefined;
    } else if (marker === APP1 && startsWith(segment, "Exif\0\0")) {
      if (orientation !== undefined) return undefined;
      orientation = orientationOf(segment.subarray(6));
      if (orientation === undefined) return undefined;
    } else if (marker === APP2 && startsWith(segment, "ICC_PROFILE\0")) {
      if (segment[12] !== profile.push(segment.subarray(14))) return undefined;
      profileParts = segment[13] ?? 0;
    }
  }
  if (!frame || frame.width === 0 || frame.height === 0 || profile.length !== profileParts) return undefined;
  return { ...frame, orientation: orientation ?? 1, ...(profile.length > 0 && { profile: Buffer.concat(profile) }) };
}

/** Of an EXIF block, which is a TIFF file (CIPA DC-008, 4.6.4); 1 where it has none, undefined where it cannot be read. */
function orientationOf(exif: Uint8Array): number | undefined {
  const view = new DataView(exif.buffer, exif.byteOffset, exif.byteLength);
  const order = view.getUint16(0);
  if (order !== LITTLE_ENDIAN && order !== BIG_ENDIAN) return undefined;
  const little = order === LITTLE_ENDIAN;
  if (view.getUint16(2, little) !== 42) return undefined;
  const directory = view.getUint32(4, little);
  const entries = view.getUint16(directory, little);
  for (let at = directory + 2; at < directory + 2 + 12 * entries; at += 12) {
    if (view.getUint16(at, little) !== ORIENTATION) continue;
    const value = view.getUint16(at + 8, little);
    const isShort = view.getUint16(at + 2, little) === 3 && view.getUint32(at + 4, little) === 1;
    return isShort && value >= 1 && value <= 8 ? value : undefined;
  }
  return 1;
}

/** Huffman tables, quantisation tables, or the restart interval. */
function isTable(marker: number): boolean {
  return marker === 0xc4 || marker === 0xdb || marker === 0xdd;
}

/** Of applications, or a comment. */
function isNote(marker: number): boolean {
  return (marker >= 0xe0 && marker <= 0xef) || marker === 0xfe;
}

function startsWith(segment: Uint8Array, text: string): boolean {
  return (
    Buffer.from(segment.buffer, segment.byteOffset, Math.min(segment.length, text.length)).toString("latin1") === text
  );
}

const START = 0xffd8;
const SCAN = 0xda;
/** Baseline, extended and progressive, in Huffman codes. */
const FRAMES = new Set([0xc0, 0xc1, 0xc2]);
const APP1 = 0xe1;
const APP2 = 0xe2;
const LITTLE_ENDIAN = 0x4949;
const BIG_ENDIAN = 0x4d4d;
const ORIENTATION = 0x0112;
