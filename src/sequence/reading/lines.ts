import { AnchorkitError } from "../../base/errors.ts";
import { placeOnCanvas, type Framing, type Size } from "../../base/preprocessing.ts";
import { shown } from "../../base/shown.ts";
import { ctcFrames } from "../../core/ops/ctc/ctcLoss.ts";
import { type Bucket, bucketByLength } from "../../data/batches/bucketByLength.ts";
import { FRAME_STRIDE, framesOf } from "./frames.ts";
import { indicesOf, type TextImage, whereOf } from "./readerData.ts";

/** Widths of the canvas are multiples of this, so that the strides of the network divide them. */
const MULTIPLE = 8;
/** One image in so many may be squeezed: a few that are wider than all others cost all of them time. */
const SQUEEZED = 100;
/** The widest canvas that is chosen from data. */
const WIDEST = 1024;
/** Buckets of widths, at most; each costs the time to compile a step. */
const BUCKETS = 3;
/** Batches that a bucket has in an epoch, on average, at least: with fewer, it costs more than it saves. */
const BATCHES = 8;
/** Augmentation makes images wider by so much, or hardly more. */
const WIDENED = 1.05;

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
  if (size !== undefined) return { width: evenWidth(size), height };
  const natural = images.map((image) => Math.round((image.width * height) / image.height)).sort((a, b) => b - a);
  const usual = natural[Math.floor(natural.length / SQUEEZED)] ?? height;
  const needed = images.reduce((most, { text }) => Math.max(most, leastWidth(indicesOf(text, alphabet))), 0);
  return { width: Math.max(evenWidth(Math.max(Math.min(usual, WIDEST), needed)), 32), height };
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

/**
 * Images of like widths, so that of a batch of narrow ones only the left of the canvas is looked at: a third of the time where
 * texts have unequal lengths.
 *
 * @param batch images in a batch
 * @returns the images of each bucket, and the widths that batches can have, in pixels of the canvas, the last its own; as
 *   augmentation may widen images, a batch need not have the width of its bucket
 */
export function widthBuckets(
  images: readonly TextImage[],
  framing: Framing,
  batch: number,
): { buckets: Bucket[]; widths: readonly number[] } {
  const { width: most } = framing.canvas;
  const lengths = images.map((image) => Math.min(evenWidth(WIDENED * placeOnCanvas(image, framing).width), most));
  const enough = Math.floor(images.length / (batch * BATCHES));
  const buckets = bucketByLength(lengths, Math.min(Math.max(enough, 1), BUCKETS));
  return { buckets, widths: [...new Set([...buckets.map(({ length }) => length), most])] };
}

function evenWidth(width: number): number {
  return Math.ceil(width / MULTIPLE) * MULTIPLE;
}
