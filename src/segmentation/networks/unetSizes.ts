import type { UnetArchitecture, Upsampling } from "./architecture.ts";

/** How a U-Net of valid convolutions is placed on its image. */
export interface ValidSizes {
  /** Pixels that the input reaches beyond the output on each side. */
  margin: number;
  /** Pixels of the last map's edge that are no output, on each side. */
  cut: number;
}

/** Rows, and as many columns, that an upsampling loses at its borders where nothing is padded. */
export const BORDER: Record<Upsampling, { coarse: number; fine: number }> = {
  transposed: { coarse: 0, fine: 0 },
  nearest: { coarse: 0, fine: 0 },
  bilinear: { coarse: 0, fine: 2 }, // the outermost pixels are not between two others
  unpooling: { coarse: 0, fine: 0 },
  subpixel: { coarse: 2, fine: 0 }, // its 3x3 convolution
};

/**
 * The margin of a U-Net whose convolutions are valid, for outputs whose sides are multiples of 2^depth. Each level has
 * two 3x3 convolutions before its pooling and two after it, each of which takes off two rows. Every pooling must find
 * even sizes, so the input's sides must be 2^depth k - 4; what the last map is then larger than the output is cut off.
 * With the paper's depth of 4, inputs are 188 larger than outputs (572 for its 388 pixels, of which 384 are kept).
 */
export function validSizes({ depth, upsampling }: Pick<UnetArchitecture, "depth" | "upsampling">): ValidSizes {
  const { coarse, fine } = BORDER[upsampling];
  let lost = 4; // rows at the lowest level
  for (let level = 0; level < depth; level++) lost = 4 + 2 * (lost + coarse) + fine + 4;
  let margin = lost / 2;
  while ((2 * margin + 4) % 2 ** depth !== 0) margin++;
  return { margin, cut: margin - lost / 2 };
}
