import { type ClassDetections, type ClassTruths, detectionsByClass, firstRows, truthsByClass } from "./byClass.ts";
import { classAgnostic } from "./classAgnostic.ts";
import { checkEvaluationImage, type EvaluationImage } from "./evaluationImage.ts";
import { type Overlap, overlapOf, type OverlapKind } from "./overlaps.ts";

export interface ConfusionOptions {
  /** Detections with a lower score are left out; default 0.25. */
  confidence?: number;
  /** IoU from which a detection may be of an object; default 0.5. */
  iouThreshold?: number;
  /** What is compared; default boxes. */
  overlap?: OverlapKind;
}

export interface DetectionConfusion {
  confidence: number;
  iouThreshold: number;
  classes: string[];
  /**
   * [classes + 1][classes + 1] counts: a row for each true class, a column for each predicted one. The last row has the
   * detections of nothing (background), the last column the objects that were missed; their corner is 0.
   */
  matrix: number[][];
}

/**
 * The confusion matrix of detections. Matching is over all classes of an image, one to one: best score first, a detection
 * is of the object with the highest IoU that nobody took (of equals one of its own class, else the first), as Ultralytics
 * has it. A detection that is of no object, but of one that is flagged to be ignored, or lies in a crowd of its own class,
 * does not count; neither do these.
 * Throws AnchorkitError for arrays that do not fit together and numbers that cannot be.
 */
export function detectionConfusion(
  images: readonly EvaluationImage[],
  classes: readonly string[],
  { confidence = 0.25, iouThreshold = 0.5, overlap = "box" }: ConfusionOptions = {},
): DetectionConfusion {
  images.forEach((image, index) => {
    checkEvaluationImage(image, index, classes.length);
  });
  const ofOneClass = images.map(classAgnostic);
  const [truths] = truthsByClass(ofOneClass, 1) as [ClassTruths];
  const [detections] = detectionsByClass(ofOneClass, 1) as [ClassDetections];
  const background = classes.length;
  const matrix = Array.from({ length: background + 1 }, () => new Array<number>(background + 1).fill(0));
  const count = (truth: number, predicted: number): void => {
    (matrix[truth] as number[])[predicted] = ((matrix[truth] as number[])[predicted] as number) + 1;
  };

  const truthClasses = truths.images.map(
    (image, row) => images[image]?.truth.classes[truths.indices[row] as number] as number,
  );
  const firstTruth = firstRows(truths.images, images.length);
  const taken = new Uint8Array(truths.ignore.length);
  const compare = overlapOf(overlap);
  for (const row of bestFirstByImage(detections, confidence)) {
    const image = detections.images[row] as number;
    const k = images[image]?.detections.classes[detections.indices[row] as number] as number;
    const candidates = { first: firstTruth[image] as number, end: firstTruth[image + 1] as number };
    const found = choose(detections, row, k, { truths, truthClasses, taken, iouThreshold, compare, ...candidates });
    if (found === -1) count(background, k);
    else if (truths.ignore[found] === 0) {
      taken[found] = 1;
      count(truthClasses[found] as number, k);
    }
  }
  truthClasses.forEach((k, truth) => {
    if (taken[truth] === 0 && truths.ignore[truth] === 0) count(k, background);
  });
  return { confidence, iouThreshold, classes: [...classes], matrix };
}

interface Candidates {
  truths: ClassTruths;
  truthClasses: Int32Array;
  taken: Uint8Array;
  iouThreshold: number;
  compare: Overlap;
  /** Rows of the truths of the detection's image. */
  first: number;
  end: number;
}

/** The truth that a detection is of, else one that takes it out of the count, else -1. */
function choose(detections: ClassDetections, row: number, k: number, candidates: Candidates): number {
  const { truths, truthClasses, taken, iouThreshold, compare, first, end } = candidates;
  let best = -1;
  let bestIou = 0;
  let ignored = -1;
  for (let truth = first; truth < end; truth++) {
    if (taken[truth] === 1) continue;
    const isOwn = truthClasses[truth] === k;
    if (truths.crowd[truth] === 1 && !isOwn) continue;
    const iou = compare(detections, row, truths, truth);
    if (iou < iouThreshold) continue;
    if (truths.ignore[truth] === 1) ignored = truth;
    else if (best === -1 || iou > bestIou || (iou === bestIou && isOwn && truthClasses[best] !== k)) {
      best = truth;
      bestIou = iou;
    }
  }
  return best === -1 ? ignored : best;
}

/** Rows of the detections that are sure enough: best score first, equals in the order given. */
function bestFirstByImage({ scores }: ClassDetections, confidence: number): Int32Array {
  return new Int32Array(scores.length)
    .map((_, row) => row)
    .filter((row) => (scores[row] as number) >= confidence)
    .sort((a, b) => (scores[b] as number) - (scores[a] as number) || a - b);
}
