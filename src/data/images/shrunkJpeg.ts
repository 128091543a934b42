import { JPEG_FACTORS, LEFT_TO_SHRINK } from "../../base/decodingRules.ts";
import type { Size } from "../../base/preprocessing.ts";

/** The largest comes first. Sharp, left with more to shrink, would reload the file without the options in its name. */
const FACTORS = [...JPEG_FACTORS].reverse();

/**
 * The name under which libvips opens a JPEG that is halved, quartered, … while it is decoded, for a result of the given
 * size; undefined where that does not pay, or would move pixels: width and height must be multiples of the factor.
 * Sharp has no option for it and only begins at a factor of three, but hands a file's name on, and libvips takes options
 * in brackets behind it.
 */
export function shrunkJpeg(
  path: string,
  { format, width, height }: Size & { format: string },
  to: Size,
): string | undefined {
  if (format !== "jpeg") return undefined;
  const shrink = Math.min(width / to.width, height / to.height);
  const factor = FACTORS.find((by) => by <= shrink && width % by === 0 && height % by === 0);
  return factor && shrink / factor < LEFT_TO_SHRINK ? `${path}[shrink=${factor}]` : undefined;
}
