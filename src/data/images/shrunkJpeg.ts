import type { Size } from "../../base/preprocessing.ts";

/** What the JPEG decoder can divide width and height by, at a fraction of the work of decoding all pixels. */
const FACTORS = [8, 4, 2];

/** Sharp would shrink what is left by so much on its own, and reload the file without the options in its name. */
const LEFT_TO_SHARP = 3;

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
  return factor && shrink / factor < LEFT_TO_SHARP ? `${path}[shrink=${factor}]` : undefined;
}
