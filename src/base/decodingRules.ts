// How images are decoded and resized, in Node (data/images) and in graphs that do it themselves (export/savedModel): a model
// sees the same pixels in both because these are the same.

/** Images of more pixels are refused unless told: a small file can promise more than memory holds. */
export const MAX_PIXELS = 100_000_000;

/** Images of up to so many pixels are resized at once; of larger ones the sides are shrunk one after the other. */
export const SMALL_PIXELS = 65_536;

/** What a JPEG's width and height can be divided by while it is decoded, at a fraction of the work of decoding all pixels. */
export const JPEG_FACTORS = [2, 4, 8] as const;

/** A JPEG is divided only where less than this is left to shrink: sharp would divide what is left once more. */
export const LEFT_TO_SHRINK = 3;
