import type { ClassDetections, ClassTruths } from "./byClass.ts";

/** What became of a detection: it found nothing, */
export const FALSE_POSITIVE = 0;
/** found an object, */
export const TRUE_POSITIVE = 1;
/** or does not count, because it found what does not count, or found nothing and is itself of another size. */
export const IGNORED = 2;

/** Smallest and largest area that count, both inclusive. */
type AreaRange = readonly [number, number];

export interface MatchingRules {
  /** IoUs from which a detection may have found an object. */
  iouThresholds: readonly number[];
  areaRanges: readonly AreaRange[];
  /** So many detections of an image are looked at, the best of the class. */
  maxDetections: number;
}

/** What became of the detections of one class, best score first. */
export interface ClassMatches {
  /** [m] place of each detection among those of its image; 0 is the best. */
  ranks: Int32Array;
  /** [areaRanges] how many objects count. */
  positives: number[];
  /** [areaRanges][iouThresholds][m] TRUE_POSITIVE, FALSE_POSITIVE or IGNORED. */
  outcomes: Uint8Array[][];
}

/**
 * Decides which detections of one class found an object, as COCO's evaluation does: the best score chooses first and gets
 * the object of highest IoU that nobody took (of equals the later one); where there is none, a region that does not
 * count. Of these, the ones flagged as crowd or ignore can be taken again, the ones of another size cannot. IoU with a
 * crowd is the share of the detection inside it. Equal scores stay in the order of images, and of detections in an image.
 */
export function matchClass(
  truths: ClassTruths,
  detections: ClassDetections,
  imageCount: number,
  { iouThresholds, areaRanges, maxDetections }: MatchingRules,
): ClassMatches {
  const { rows, ranks } = bestOfEachImage(detections, imageCount, maxDetections);
  const thresholds = iouThresholds.map((threshold) => Math.min(threshold, 1 - 1e-10));
  const overlaps = findOverlaps(rows, detections, truths, imageCount, Math.min(...thresholds));
  const positives: number[] = [];
  const outcomes = areaRanges.map((range) => {
    const uncounted = truths.ignore.map((flag, j) => (flag || isOutside(truths.areas[j] as number, range) ? 1 : 0));
    const unmatched = new Uint8Array(
      rows.map((row) => (isOutside(detections.boxAreas[row] as number, range) ? IGNORED : FALSE_POSITIVE)),
    );
    positives.push(uncounted.filter((flag) => flag === 0).length);
    return thresholds.map((threshold) => match(overlaps, threshold, unmatched, uncounted, truths.ignore));
  });
  return { ranks, positives, outcomes };
}

/** A detection (its place in the order of scores) and the truths of its image that it overlaps enough. */
interface Overlap {
  place: number;
  truths: number[];
  ious: number[];
}

/** The outcomes for one area range and one threshold; `unmatched` holds those of detections that find nothing. */
function match(
  overlaps: readonly Overlap[],
  threshold: number,
  unmatched: Uint8Array,
  uncounted: Uint8Array,
  reusable: Uint8Array,
): Uint8Array {
  const outcomes = unmatched.slice();
  const taken = new Uint8Array(uncounted.length);
  for (const { place, truths, ious } of overlaps) {
    let best = -1;
    let bestIou = 0;
    for (let i = 0; i < truths.length; i++) {
      const truth = truths[i] as number;
      const iou = ious[i] as number;
      if (iou < threshold || (taken[truth] === 1 && reusable[truth] === 0)) continue;
      const sameKind = best === -1 || uncounted[truth] === uncounted[best];
      if (sameKind ? iou >= bestIou : uncounted[truth] === 0) {
        best = truth;
        bestIou = iou;
      }
    }
    if (best === -1) continue;
    taken[best] = 1;
    outcomes[place] = uncounted[best] === 1 ? IGNORED : TRUE_POSITIVE;
  }
  return outcomes;
}

/** Rows of the detections that are looked at, best score first, and the place of each among those of its image. */
function bestOfEachImage(
  { scores, images }: ClassDetections,
  imageCount: number,
  maxDetections: number,
): { rows: Int32Array; ranks: Int32Array } {
  const order = new Int32Array(scores.length)
    .map((_, row) => row)
    .sort((a, b) => (scores[b] as number) - (scores[a] as number) || a - b);
  const seen = new Int32Array(imageCount);
  const ranks = order.map((row) => (seen[images[row] as number] as number)++);
  const isKept = (_: number, place: number): boolean => (ranks[place] as number) < maxDetections;
  return { rows: order.filter(isKept), ranks: ranks.filter(isKept) };
}

function findOverlaps(
  rows: Int32Array,
  detections: ClassDetections,
  truths: ClassTruths,
  imageCount: number,
  lowest: number,
): Overlap[] {
  const firstTruth = firstRows(truths.images, imageCount);
  const overlaps: Overlap[] = [];
  rows.forEach((row, place) => {
    const image = detections.images[row] as number;
    let overlap: Overlap | undefined;
    for (let truth = firstTruth[image] as number; truth < (firstTruth[image + 1] as number); truth++) {
      const iou = cocoIou(detections, row, truths, truth);
      if (iou < lowest) continue;
      if (overlap === undefined) overlaps.push((overlap = { place, truths: [], ious: [] }));
      overlap.truths.push(truth);
      overlap.ious.push(iou);
    }
  });
  return overlaps;
}

/** [images + 1] the row with which each image begins, for rows in the order of images. */
function firstRows(images: Int32Array, imageCount: number): Int32Array {
  const first = new Int32Array(imageCount + 1);
  for (const image of images) (first[image + 1] as number)++;
  for (let i = 0; i < imageCount; i++) (first[i + 1] as number) += first[i] as number;
  return first;
}

/** Intersection over union, or over the detection's area if the truth is a crowd; in pycocotools' order of operations. */
function cocoIou(detections: ClassDetections, row: number, truths: ClassTruths, truth: number): number {
  const [a, b] = [detections.boxes, truths.boxes];
  const [i, j] = [row * 4, truth * 4];
  const width = Math.min(a[i + 2] as number, b[j + 2] as number) - Math.max(a[i] as number, b[j] as number);
  const height = Math.min(a[i + 3] as number, b[j + 3] as number) - Math.max(a[i + 1] as number, b[j + 1] as number);
  if (width <= 0 || height <= 0) return 0;
  const intersection = width * height;
  const area = detections.boxAreas[row] as number;
  return intersection / (truths.crowd[truth] === 1 ? area : area + (truths.boxAreas[truth] as number) - intersection);
}

function isOutside(area: number, [smallest, largest]: AreaRange): boolean {
  return area < smallest || area > largest;
}
