/** Pixels of the input for each frame. */
export const FRAME_STRIDE = 4;

/** Frames that the network reads of an image so wide on the canvas. */
export function framesOf(width: number): number {
  return Math.ceil(width / FRAME_STRIDE);
}
