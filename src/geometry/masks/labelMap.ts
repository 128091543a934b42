/** The class of each pixel of an image. */
export interface LabelMap {
  width: number;
  height: number;
  /** [height * width], row by row: 0 is the background, k + 1 the class of index k, 255 what does not count. */
  data: Uint8Array;
}

export const BACKGROUND = 0;
/** Pixels that nobody labelled: they neither train nor count. */
export const IGNORED = 255;
/** Classes that a label map can hold. */
export const MOST_CLASSES = 254;
