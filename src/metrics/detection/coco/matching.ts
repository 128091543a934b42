import { knownOptions } from "../../../geometry/knownOptions.ts";
import { type ClassDetections, type ClassTruths, detectionsByClass, firstRows, truthsByClass } from "./byClass.ts";
import { checkEvaluationImage, type EvaluationImage } from "../evaluationImage.ts";
import { type Overlap, overlapOf, type OverlapKind } from "./overlaps.ts";
import { ALL, type Slice } from "../slices/slices.ts";

/** What became of a detection: it found nothing, */
export const FALSE_POSITIVE = 0;
/** found an object, */
export const TRUE_POSITIVE = 1;
/** or does not count, because it found what does not count, or found nothing and is itself outside the slice. */
export const IGNORED = 2;

/** 0.5, 0.55 ... 0.95, each to the last bit as NumPy's linspace has it. */
const COCO_IOU_THRESHOLDS: readonly number[] = [
  ...Array.from({ length: 9 }, (_, i) => i * ((0.95 - 0.5) / 9) + 0.5),
  0.95,
];

export interface MatchOptions {
  /** IoUs from which a detection may have found an object; default COCO's 0.5, 0.55 ... 0.95. */
  iouThresholds?: readonly number[];
  /** What is measured by itself; default all objects together. */
  slices?: readonly Slice[];
  /** So many detections of a class are looked at in an image, the best; default 100. */
  maxDetections?: number;
  /** What is compared; default boxes. */
  overlap?: OverlapKind;
}

/** What became of the detections of one class. */
export interface ClassMatches {
  truths: ClassTruths;
  detections: ClassDetections;
  /** [m] rows of those detections that are looked at, best score first; equal scores in the order of images, and within one as given. */
  rows: Int32Array;
  /** [m] place of each among those of its image; 0 is the best. */
  ranks: Int32Array;
  /** [slices] how many objects count. */
  positives: number[];
  /** [slices][iouThresholds][m] TRUE_POSITIVE, FALSE_POSITIVE or IGNORED. */
  outcomes: Uint8Array[][];
  /** [slices][iouThresholds][m] the row of the truth that each detection got, -1 for none. */
  found: Int32Array[][];
}

/** What became of all detections. */
export interface DetectionMatches {
  imageCount: number;
  classes: readonly string[];
  iouThresholds: readonly number[];
  slices: readonly Slice[];
  maxDetections: number;
  /** One a class. */
  perClass: ClassMatches[];
}

/**
 * Decides which detections found an object, as COCO's evaluation does, class by class: the best score chooses first and
 * gets the object of highest IoU that nobody took (of equals the later one); where there is none, a region that does not
 * count. Of these, the ones flagged as crowd or ignore can be taken again, the ones outside the slice cannot. IoU with a
 * crowd is the share of the detection inside it.
 *
 * @throws AnchorkitError, naming image and object by their indices, for arrays that do not fit together and numbers that
 * cannot be (see `checkEvaluationImage`)
 */
export function matchDetections(
  images: readonly EvaluationImage[],
  classes: readonly string[],
  options: MatchOptions = {},
): DetectionMatches {
  knownOptions("matchDetections", options, { iouThresholds: true, slices: true, maxDetections: true, overlap: true });
  const { iouThresholds = COCO_IOU_THRESHOLDS, slices = [ALL], maxDetections = 100, overlap = "box" } = options;
  images.forEach((image, index) => {
    checkEvaluationImage(image, index, classes.length, overlap);
  });
  const truths = truthsByClass(images, classes.length);
  const detections = detectionsByClass(images, classes.length);
  const rules = { iouThresholds, slices, maxDetections, overlap: overlapOf(overlap) };
  const perClass = truths.map((table, k) => matchClass(table, detections[k] as ClassDetections, images.length, rules));
  return { imageCount: images.length, classes, iouThresholds, slices, maxDetections, perClass };
}

interface Rules extends Required<Omit<MatchOptions, "overlap">> {
  overlap: Overlap;
}

function matchClass(
  truths: ClassTruths,
  detections: ClassDetections,
  imageCount: number,
  { iouThresholds, slices, maxDetections, overlap }: Rules,
): ClassMatches {
  const { rows, ranks } = bestOfEachImage(detections, imageCount, maxDetections);
  const thresholds = iouThresholds.map((threshold) => Math.min(threshold, 1 - 1e-10));
  const candidates = findCandidates(rows, detections, truths, imageCount, overlap, Math.min(...thresholds));
  const matches: ClassMatches = { truths, detections, rows, ranks, positives: [], outcomes: [], found: [] };
  for (const slice of slices) {
    const uncounted = truths.ignore.map((flag, row) => (flag || !slice.has(truths, row) ? 1 : 0));
    const unmatched = new Uint8Array(rows.length);
    rows.forEach((row, place) => {
      unmatched[place] = slice.has(detections, row) ? FALSE_POSITIVE : IGNORED;
    });
    const found = thresholds.map((threshold) => match(candidates, threshold, rows.length, uncounted, truths.ignore));
    matches.positives.push(uncounted.reduce((count, flag) => count + 1 - flag, 0));
    matches.found.push(found);
    matches.outcomes.push(found.map((truth) => outcomesOf(truth, uncounted, unmatched)));
  }
  return matches;
}

/** A detection (its place in the order of scores) and the truths of its image that it overlaps enough. */
interface Candidates {
  place: number;
  truths: number[];
  ious: number[];
}

/** The truth that each detection gets at one threshold, -1 for none. */
function match(
  candidates: readonly Candidates[],
  threshold: number,
  count: number,
  uncounted: Uint8Array,
  reusable: Uint8Array,
): Int32Array {
  const found = new Int32Array(count).fill(-1);
  const taken = new Uint8Array(uncounted.length);
  for (const { place, truths, ious } of candidates) {
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
    found[place] = best;
  }
  return found;
}

function outcomesOf(found: Int32Array, uncounted: Uint8Array, unmatched: Uint8Array): Uint8Array {
  const outcomes = unmatched.slice();
  for (let place = 0; place < found.length; place++) {
    const truth = found[place] as number;
    if (truth !== -1) outcomes[place] = uncounted[truth] === 1 ? IGNORED : TRUE_POSITIVE;
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

function findCandidates(
  rows: Int32Array,
  detections: ClassDetections,
  truths: ClassTruths,
  imageCount: number,
  overlap: Overlap,
  lowest: number,
): Candidates[] {
  const firstTruth = firstRows(truths.images, imageCount);
  const candidates: Candidates[] = [];
  rows.forEach((row, place) => {
    const image = detections.images[row] as number;
    let candidate: Candidates | undefined;
    for (let truth = firstTruth[image] as number; truth < (firstTruth[image + 1] as number); truth++) {
      const iou = overlap(detections, row, truths, truth);
      if (iou < lowest) continue;
      if (candidate === undefined) candidates.push((candidate = { place, truths: [], ious: [] }));
      candidate.truths.push(truth);
      candidate.ious.push(iou);
    }
  });
  return candidates;
}
