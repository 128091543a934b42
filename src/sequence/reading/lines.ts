import { AnchorkitError } from "../../base/errors.ts";
import { placeOnCanvas, type Framing, type Size } from "../../base/preprocessing.ts";
import { shown } from "../../base/shown.ts";
import { ctcFrames } from "../../core/ops/ctc/ctcLoss.ts";
import { FRAME_STRIDE } from "./network.ts";
import { indicesOf, type TextImage, whereOf } from "./readerData.ts";

/** Widths of the canvas are multiples of this, so that the strides of the network divide them. */
const MULTIPLE = 8;
/** One image in so many may be squeezed: a few that are wider than all others cost all of them time. */
const SQUEEZED = 100;
/** The widest canvas that is chosen from data. */
const WIDEST = 1024;

/** Frames that the network reads of an image so wide on the canvas. */
export function framesOf(width: number): number {
  return Math.ceil(width / FRAME_STRIDE);
}

/** Pixels of the canvas without which a text, as indices, has fewer frames than it needs. */
export function leastWidth(text: Int32Array): number {
  return ctcFrames(text) * FRAME_STRIDE;
}

/**
 * A canvas for images of lines of text, each of which lies there as high as it is (`line`): so wide that all but one in a
 * hundred keep their aspect ratio, and that the texts of those that are squeezed have the frames they need.
 *
 * @param size the width, where it is chosen @param height a multiple of 16
 */
export function chooseLineCanvas(
  images: readonly TextImage[],
  alphabet: readonly string[],
  { size, height }: { size?: number | undefined; height: number },
): Size {
  const even = (width: number): number => Math.ceil(width / MULTIPLE) * MULTIPLE;
  if (size !== undefined) return { width: even(size), height };
  const natural = images.map((image) => Math.round((image.width * height) / image.height)).sort((a, b) => b - a);
  const usual = natural[Math.floor(natural.length / SQUEEZED)] ?? height;
  const needed = images.reduce((most, { text }) => Math.max(most, leastWidth(indicesOf(text, alphabet))), 0);
  return { width: Math.max(even(Math.max(Math.min(usual, WIDEST), needed)), 32), height };
}

/**
 * Makes sure that each image has the frames that its text needs.
 *
 * @throws AnchorkitError that names the image, what is too long, and what would be enough
 */
export function requireFrames(images: readonly TextImage[], alphabet: readonly string[], framing: Framing): void {
  for (const image of images) {
    const text = indicesOf(image.text, alphabet);
    const { width, height } = placeOnCanvas(image, framing);
    const [needed, frames] = [ctcFrames(text), framesOf(width)];
    if (frames >= needed) continue;
    const natural = Math.round((image.width * height) / image.height);
    const advice =
      framesOf(natural) >= needed
        ? `choose a wider input, a size of ${Math.ceil(leastWidth(text) / MULTIPLE) * MULTIPLE} or more`
        : `choose a height of ${heightFor(needed, image)} or more, or leave the image out`;
    throw new AnchorkitError(
      `${whereOf(image)}: its text ${shown(image.text)} needs ${needed} frames (one a character, and one between two equal ones), and the image is read in ${frames}, being ${width} pixels wide in the input; ${advice}`,
    );
  }
}

/** A height at which an image of this shape has so many frames. */
function heightFor(frames: number, { width, height }: Size): number {
  const step = 16;
  return Math.ceil((((frames - 1) * FRAME_STRIDE + 1) * height) / width / step) * step;
}
