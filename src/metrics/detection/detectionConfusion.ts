import { knownOptions } from "../../geometry/knownOptions.ts";
import { type ClassDetections, type ClassTruths, detectionsByClass, firstRows, truthsByClass } from "./coco/byClass.ts";
import { classAgnostic } from "./classAgnostic.ts";
import { checkEvaluationImage, type EvaluationImage } from "./evaluationImage.ts";
import { confidenceOf } from "./operatingPoints.ts";
import { type Overlap, overlapOf, type OverlapKind } from "./coco/overlaps.ts";

export interface ConfusionOptions {
  /** Detections with a lower score are left out, than this one or than that of their class; default 0.25. */
  confidence?: number | readonly number[];
  /** IoU from which a detection may be of an object; default 0.5. */
  iouThreshold?: number;
  /** What is compared; default boxes. */
  overlap?: OverlapKind;
}

export interface DetectionConfusion {
  /** NaN where each class has its own. */
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
 * has it. A detection that is of no such object does not count if it is of one that is flagged to be ignored, whatever
 * its class, or lies in a crowd of its own class; neither do these.
 * Throws AnchorkitError for arrays that do not fit together and numbers that cannot be.
 */
export function detectionConfusion(
  images: readonly EvaluationImage[],
  classes: readonly string[],
  options: ConfusionOptions = {},
): DetectionConfusion {
  knownOptions("detectionConfusion", options, { confidence: true, iouThreshold: true, overlap: true });
  const { confidence = 0.25, iouThreshold = 0.5, overlap = "box" } = options;
  images.forEach((image, index) => {
    checkEvaluationImage(image, index, classes.length, overlap);
  });
  const ofOneClass = images.map(classAgnostic);
  const [truths] = truthsByClass(ofOneClass, 1) as [ClassTruths];
  const [detections] = detectionsByClass(ofOneClass, 1) as [ClassDetections];
  const tables = {
    truths,
    detections,
    truthClasses: joinClasses(images.map(({ truth }) => truth.classes)),
    detectionClasses: joinClasses(images.map(({ detections }) => detections.classes)),
  };
  const background = classes.length;
  const counts = new Float64Array((background + 1) ** 2);
  const count = (truth: number, predicted: number): void => {
    (counts[truth * (background + 1) + predicted] as number)++;
  };

  const taken = new Uint8Array(truths.ignore.length);
  const least = confidenceOf(confidence, classes.length);
  const passes = (row: number): boolean =>
    (detections.scores[row] as number) >= least(tables.detectionClasses[row] as number);
  const rules = { iouThreshold, overlap: overlapOf(overlap), taken };
  const firstTruth = firstRows(truths.images, images.length);
  const firstDetection = firstRows(detections.images, images.length);
  for (let image = 0; image < images.length; image++) {
    const [from, to] = [firstTruth[image] as number, firstTruth[image + 1] as number];
    const [first, end] = [firstDetection[image] as number, firstDetection[image + 1] as number];
    for (const row of bestFirst(detections.scores, first, end, passes)) {
      const truth = choose(tables, row, from, to, rules);
      if (truth === -1) count(background, tables.detectionClasses[row] as number);
      else if (truths.ignore[truth] === 0) {
        taken[truth] = 1;
        count(tables.truthClasses[truth] as number, tables.detectionClasses[row] as number);
      }
    }
  }
  for (let truth = 0; truth < taken.length; truth++) {
    if (taken[truth] === 0 && truths.ignore[truth] === 0) count(tables.truthClasses[truth] as number, background);
  }
  const matrix = Array.from({ length: background + 1 }, (_, k) =>
    Array.from(counts.subarray(k * (background + 1), (k + 1) * (background + 1))),
  );
  return { confidence: typeof confidence === "number" ? confidence : NaN, iouThreshold, classes: [...classes], matrix };
}

/** All objects and all detections, with their classes. */
interface Tables {
  truths: ClassTruths;
  detections: ClassDetections;
  truthClasses: Int32Array;
  detectionClasses: Int32Array;
}

/** The row of the truth, in `from` to `to`, that a detection is of; else of one that takes it out of the count; else -1. */
function choose(
  { truths, detections, truthClasses, detectionClasses }: Tables,
  row: number,
  from: number,
  to: number,
  { iouThreshold, overlap, taken }: { iouThreshold: number; overlap: Overlap; taken: Uint8Array },
): number {
  const k = detectionClasses[row] as number;
  let best = -1;
  let bestIou = 0;
  let uncounted = -1;
  for (let truth = from; truth < to; truth++) {
    if (taken[truth] === 1) continue;
    const iou = overlap(detections, row, truths, truth);
    if (iou < iouThreshold) continue;
    const isOwn = truthClasses[truth] === k;
    if (truths.ignore[truth] === 1) {
      if (truths.crowd[truth] === 0 || isOwn) uncounted = truth;
    } else if (iou > bestIou || (iou === bestIou && isOwn && truthClasses[best] !== k)) {
      best = truth;
      bestIou = iou;
    }
  }
  return best === -1 ? uncounted : best;
}

function joinClasses(perImage: readonly ArrayLike<number>[]): Int32Array {
  const joined = new Int32Array(perImage.reduce((count, classes) => count + classes.length, 0));
  let next = 0;
  for (const classes of perImage) {
    joined.set(classes, next);
    next += classes.length;
  }
  return joined;
}

/** Those rows from `first` to `end` that pass: best score first, equals in the order given. */
function bestFirst(scores: Float64Array, first: number, end: number, passes: (row: number) => boolean): number[] {
  const rows: number[] = [];
  for (let row = first; row < end; row++) {
    if (passes(row)) rows.push(row);
  }
  return rows.sort((a, b) => (scores[b] as number) - (scores[a] as number));
}
