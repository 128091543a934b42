/**
 * A mask of height * width pixels as run lengths, column after column from the left, top to bottom in each (COCO's order):
 * so many pixels outside, so many inside, so many outside ... The first run may be 0; all runs sum up to height * width.
 */
export interface Rle {
  height: number;
  width: number;
  counts: Uint32Array;
}
