import type { Size } from "../base/preprocessing.ts";
import { framesOfClip } from "../data/batches/clipWindows.ts";
import type { Frame } from "../data/dataset.ts";
import { decodeFrame } from "../data/images/clipFrames.ts";
import { pasteImage } from "../data/images/pasteImage.ts";
import type { RgbImage } from "./picture.ts";

/** A clip to draw: its frames, and the size that they have. */
export interface DrawnClip {
  frames: readonly Frame[];
  size: Size;
}

/** Frames of a strip, and pixels between them. */
const [SHOWN, GAP] = [4, 2];
const GREY = 40;

/**
 * A clip as one picture: frames spread evenly over it, side by side in their order.
 *
 * @param height of the strip, at most; frames are not enlarged
 * @throws AnchorkitError naming a frame that cannot be decoded
 */
export async function clipStrip({ frames, size }: DrawnClip, height: number): Promise<RgbImage> {
  const shown = framesOfClip(frames.length, SHOWN, "even", 0.5).flatMap((place) => frames[place] ?? []);
  const scale = Math.min(1, height / size.height);
  const small = {
    width: Math.max(1, Math.round(size.width * scale)),
    height: Math.max(1, Math.round(size.height * scale)),
  };
  const strip = stripSize(frames.length, small);
  const data = new Uint8Array(strip.width * strip.height * 3).fill(GREY);
  for (const [i, frame] of shown.entries()) {
    const pixels = await decodeFrame(frame, size, small);
    pasteImage(data, 0, strip, { ...small, pixels }, i * (small.width + GAP), 0);
  }
  return { data, ...strip };
}

/** Pixels of the strip of a clip with so many frames of that size. */
export function stripSize(frames: number, { width, height }: Size): Size {
  return { width: Math.min(SHOWN, frames) * (width + GAP) - GAP, height };
}
