import type { Random } from "../../base/random.ts";
import { mean } from "../../base/statistics.ts";
import type { ImageRecord } from "../../data/dataset.ts";
import { trainedObjects } from "../../data/trainedObjects.ts";
import { type AnchorShape, anchorShapes } from "./anchors.ts";
import { bestIous, kMeansAnchors } from "./kMeansAnchors.ts";

/** How well anchor shapes fit the objects, laid on a common centre with them. */
export interface AnchorFit {
  /** How many shapes. */
  count: number;
  /** Mean over the objects of the IoU with the best shape. */
  meanIou: number;
  /** Share of the objects whose best shape has an IoU of at least 0.5. */
  over50: number;
}

export interface AnchorAdvice {
  /** The longer side of the images in the network's input, which the shapes are for. */
  size: number;
  /** The shapes to take, smallest area first, in pixels of that input. */
  shapes: AnchorShape[];
  fit: AnchorFit;
  /** Shapes found by k-means, by how many they are. */
  fits: AnchorFit[];
  /** The shapes of the Faster R-CNN paper, 3 scales x 3 ratios, on the same objects. */
  usual: AnchorFit;
  /** [n * 2] width and height of objects in the network's input: all, or an even sample of 2,000. */
  widthsHeights: Float64Array;
}

const COUNTS = [3, 5, 7, 9, 12];
/** A further shape must gain so much mean IoU to be worth its time. */
const WORTH = 0.01;
const MOST_BOXES = 2000;

/**
 * Anchor shapes for the objects of a data set (difficult ones and crowds left out) at an input size: those that
 * {@link kMeansAnchors} finds, so many that a further one would gain less than 0.01 of the mean best IoU. Undefined
 * without objects.
 */
export function adviseAnchors(images: readonly ImageRecord[], size: number, random: Random): AnchorAdvice | undefined {
  const widthsHeights = sample(images, size);
  if (widthsHeights.length === 0) return undefined;
  const fitOf = (shapes: readonly AnchorShape[]): AnchorFit => {
    const ious = bestIous(widthsHeights, shapes);
    return { count: shapes.length, meanIou: mean(ious), over50: ious.filter((iou) => iou >= 0.5).length / ious.length };
  };
  const found = COUNTS.map((count) => kMeansAnchors(widthsHeights, count, random));
  const fits = found.map(fitOf);
  const enough = fits.findIndex(({ count, meanIou }, i) => {
    const next = fits[i + 1];
    return !next || next.meanIou - meanIou < WORTH * (next.count - count);
  });
  const [shapes = [], fit = fitOf([])] = [found[enough], fits[enough]];
  return { size, shapes, fit, fits, usual: fitOf(anchorShapes()), widthsHeights };
}

function sample(images: readonly ImageRecord[], size: number): Float64Array {
  const all = images.flatMap((image) => {
    const scale = size / Math.max(image.width, image.height);
    return trainedObjects(image).map(({ box: [x1, y1, x2, y2] }) => [(x2 - x1) * scale, (y2 - y1) * scale]);
  });
  const count = Math.min(all.length, MOST_BOXES);
  return Float64Array.from(
    Array.from({ length: count }, (_, i) => all[Math.floor((i * all.length) / count)] ?? []).flat(),
  );
}
