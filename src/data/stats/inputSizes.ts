import type { ImageRecord } from "../dataset.ts";
import { median } from "../../base/statistics.ts";
import { trainedObjects } from "../trainedObjects.ts";

/** What an input size, the longer side of the images in the network's input, makes of the objects. */
export interface InputSize {
  size: number;
  /** Share of the objects whose shorter side is under 8 pixels there, and under 16. */
  under8: number;
  under16: number;
}

export interface InputSizeAdvice {
  /** The size to train at. */
  recommended: InputSize;
  /** The smallest multiple of 32 at which 95 % of the objects keep 8 pixels; it may be far from practical. */
  smallest: number;
  /** The median of the images' own longer sides. */
  original: number;
  /** Common sizes, the recommended one among them, ascending. */
  sizes: InputSize[];
}

/** Objects of fewer pixels a side are hardly found: that is one place of a detector's finest map. */
const SMALL = 8;
const KEPT = 0.95;
/** From this share of them, a training says so. */
const MANY = 0.25;
const STEP = 32;
/** `detect train` has this size unless told; smaller ones save little time. */
const USUAL = 320;
const LARGEST = 2048;
const COMMON = [320, 416, 512, 640, 800, 1024];

/**
 * The input size that the objects ask for: the smallest at which 95 % of them have a shorter side of at least 8 pixels,
 * between the usual 320 and 2048. Undefined without objects.
 */
export function adviseInputSize(images: readonly ImageRecord[]): InputSizeAdvice | undefined {
  /** For each object, its shorter side over the longer side of its image. */
  const sides = shorterSides(images, ({ width, height }) => 1 / Math.max(width, height));
  if (sides.length === 0) return undefined;
  const largestFirst = sides.sort((a, b) => b - a);
  const deciding = largestFirst[Math.ceil(KEPT * sides.length - 1e-9) - 1] ?? 0;
  const smallest = Math.ceil(SMALL / deciding / STEP - 1e-9) * STEP;
  const shareUnder = (pixels: number, size: number): number =>
    sides.filter((side) => side * size < pixels - 1e-9).length / sides.length;
  const at = (size: number): InputSize => ({
    size,
    under8: shareUnder(SMALL, size),
    under16: shareUnder(2 * SMALL, size),
  });
  const recommended = at(Math.min(LARGEST, Math.max(USUAL, smallest)));
  const sizes = [...new Set([...COMMON, recommended.size])].sort((a, b) => a - b);
  const original = median(images.map(({ width, height }) => Math.max(width, height)));
  return { recommended, smallest, original, sizes: sizes.map(at) };
}

/**
 * What a training should say of objects too small for its input: undefined where fewer than a quarter are under 8 pixels.
 *
 * @param scaleOf how many pixels of the network's input one pixel of the image is
 */
export function describeSmallObjects(
  images: readonly ImageRecord[],
  scaleOf: (image: ImageRecord) => number,
): string | undefined {
  const sides = shorterSides(images, scaleOf);
  const small = sides.filter((side) => side < SMALL - 1e-9).length / sides.length;
  const advice = small >= MANY ? adviseInputSize(images) : undefined;
  if (!advice) return undefined;
  const percent = (share: number): string => `${Math.round(100 * share)} %`;
  const { size, under8 } = advice.recommended;
  const better = under8 < small ? `; at size ${size} it would be ${percent(under8)}` : "";
  return `${percent(small)} of the objects have a side of less than ${SMALL} pixels in the network's input, too few to be found reliably${better}`;
}

/** Of each object that trains, the shorter side. */
function shorterSides(images: readonly ImageRecord[], scaleOf: (image: ImageRecord) => number): number[] {
  return images.flatMap((image) => {
    const scale = scaleOf(image);
    return trainedObjects(image).map(({ box: [x1, y1, x2, y2] }) => Math.min(x2 - x1, y2 - y1) * scale);
  });
}
