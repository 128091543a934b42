import { checkMaskSize, checkRle, type Rle } from "./rle.ts";

// COCO's compressed counts: a cousin of LEB128 in printable characters. From the fourth run on (index 3), the difference
// to the run two before is written in its place, which is small where neighbouring columns look alike. A number is cut
// into groups of 5 bits, lowest first, in two's complement; a group is the character 48 + bits, + 32 where more follow.

/** Groups of one number: 6 * 5 bits with sign hold any run of a mask of 2^28 pixels. */
const MAX_GROUPS = 6;

/**
 * The run lengths as COCO's compressed `counts` text, the characters "0" to "o".
 * @throws RangeError where the runs do not sum up to height * width.
 */
export function rleToString(rle: Rle): string {
  const { counts } = checkRle("rleToString", rle);
  let text = "";
  for (let i = 0; i < counts.length; i++) {
    let rest = counts[i] as number;
    if (i > 2) rest -= counts[i - 2] as number;
    for (let more = true; more;) {
      const bits = rest & 31;
      rest >>= 5;
      more = rest !== (bits & 16 ? -1 : 0); // the rest is all sign
      text += String.fromCharCode(48 + bits + (more ? 32 : 0));
    }
  }
  return text;
}

/**
 * The mask that a COCO `counts` text describes.
 * @throws RangeError where the text breaks off or has a character outside "0" to "o", where a run is negative or longer
 *   than any mask, where the runs do not sum up to height * width, or these are not 1 to 2^28 pixels; TypeError where
 *   it is no text.
 */
export function rleFromString(text: string, height: number, width: number): Rle {
  checkMaskSize("rleFromString", height, width);
  if (typeof text !== "string") throw new TypeError(`rleFromString: counts must be a string, got ${typeof text}`);
  const counts = new Uint32Array(text.length);
  let length = 0;
  for (let at = 0; at < text.length;) {
    const start = at;
    let value = 0;
    for (let more = true; more; at++) {
      const group = text.charCodeAt(at) - 48; // NaN after the end
      if (!(group >= 0 && group < 64)) throw notACode(text, at);
      if (at - start === MAX_GROUPS) throw new RangeError(`rleFromString: the run at character ${start} never ends`);
      const shift = 5 * (at - start);
      value |= (group & 31) << shift;
      more = (group & 32) !== 0;
      if (!more && (group & 16) !== 0) value |= -32 << shift; // the sign, on all higher bits
    }
    if (length > 2) value += counts[length - 2] as number;
    if (value < 0 || value > height * width) {
      throw new RangeError(`rleFromString: the run at character ${start} is ${value}, of ${height * width} pixels`);
    }
    counts[length++] = value;
  }
  return checkRle("rleFromString", { height, width, counts: counts.slice(0, length) });
}

function notACode(text: string, at: number): RangeError {
  if (at >= text.length) return new RangeError(`rleFromString: the counts break off after ${text.length} characters`);
  const character = JSON.stringify(text.charAt(at));
  return new RangeError(`rleFromString: character ${at} of the counts must be "0" to "o", got ${character}`);
}
