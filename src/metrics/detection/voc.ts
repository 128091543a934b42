import { knownOptions } from "../../geometry/knownOptions.ts";
import { mean } from "../../base/statistics.ts";
import { meanOverClasses } from "../meanOverClasses.ts";
import { type ClassDetections, type ClassTruths, detectionsByClass, firstRows, truthsByClass } from "./coco/byClass.ts";
import { checkEvaluationImage, type EvaluationImage } from "./evaluationImage.ts";
import { type Overlap, overlapOf, type OverlapKind } from "./coco/overlaps.ts";

export interface VocOptions {
  /** IoU from which a detection finds an object; default 0.5. */
  iouThreshold?: number;
  /** What is compared: default "box"; "inclusive-box" counts pixels as the devkit does, and published numbers need it. */
  overlap?: Exclude<OverlapKind, "mask">;
}

/** Average precision in both of Pascal VOC's ways, in 0..1; NaN where there was no object to find. */
export interface VocSummary {
  /** Since VOC 2010: the area under the precision-recall curve, with precision made to fall. */
  AP: number;
  /** VOC 2007: the mean of the precisions at the recalls 0, 0.1 ... 1. */
  AP11: number;
}

export interface VocClassMetrics extends VocSummary {
  /** Index into the list of classes. */
  class: number;
  name: string;
  /** How many objects there were to find: difficult ones left out. */
  truths: number;
}

/** The means over the classes that have objects, and each class. */
export interface VocMetrics extends VocSummary {
  iouThreshold: number;
  perClass: VocClassMetrics[];
}

/** NumPy's linspace(0, 1, 11), to the last bit. */
const ELEVEN_RECALLS = Array.from({ length: 11 }, (_, i) => i * 0.1);

/**
 * Pascal VOC's evaluation with the rules of its devkit. Best score first, each detection looks at one object only: that
 * of its class with the highest IoU (of equals the first), taken or not. If the IoU is high enough it finds the object,
 * or is a false positive because another has; if the object is difficult (`ignore` or `crowd`) it does not count. All
 * detections of an image are looked at.
 * Throws AnchorkitError for arrays that do not fit together and numbers that cannot be.
 * Reference: M. Everingham et al., "The Pascal Visual Object Classes (VOC) Challenge", 2010, section 4.2, and
 * VOCevaldet.m of the devkits of 2007 and 2010.
 */
export function evaluateVoc(
  images: readonly EvaluationImage[],
  classes: readonly string[],
  options: VocOptions = {},
): VocMetrics {
  knownOptions("evaluateVoc", options, { iouThreshold: true, overlap: true });
  const { iouThreshold = 0.5, overlap = "box" } = options;
  images.forEach((image, index) => {
    checkEvaluationImage(image, index, classes.length);
  });
  const detections = detectionsByClass(images, classes.length);
  const perClass = truthsByClass(images, classes.length).map((truths, k): VocClassMetrics => {
    const positives = truths.ignore.reduce((count, flag) => count + 1 - flag, 0);
    const rules = { iouThreshold, overlap: overlapOf(overlap) };
    const curve = curveOf(findObjects(detections[k] as ClassDetections, truths, images.length, rules), positives);
    return {
      class: k,
      name: classes[k] ?? "",
      truths: positives,
      AP: positives === 0 ? NaN : areaUnder(curve),
      AP11: positives === 0 ? NaN : elevenPoints(curve),
    };
  });
  return {
    iouThreshold,
    AP: meanOverClasses(perClass.map(({ AP }) => AP)),
    AP11: meanOverClasses(perClass.map(({ AP11 }) => AP11)),
    perClass,
  };
}

/** Whether each detection that counts found an object, best score first. */
function findObjects(
  detections: ClassDetections,
  truths: ClassTruths,
  imageCount: number,
  { iouThreshold, overlap }: { iouThreshold: number; overlap: Overlap },
): boolean[] {
  const { scores, images } = detections;
  const order = new Int32Array(scores.length)
    .map((_, row) => row)
    .sort((a, b) => (scores[b] as number) - (scores[a] as number) || a - b);
  const firstTruth = firstRows(truths.images, imageCount);
  const taken = new Uint8Array(truths.ignore.length);
  const hits: boolean[] = [];
  for (const row of order) {
    const image = images[row] as number;
    let best = -1;
    let bestIou = 0;
    for (let truth = firstTruth[image] as number; truth < (firstTruth[image + 1] as number); truth++) {
      const iou = overlap(detections, row, truths, truth);
      if (iou <= bestIou) continue;
      best = truth;
      bestIou = iou;
    }
    const isEnough = best !== -1 && bestIou >= iouThreshold;
    if (isEnough && truths.ignore[best] === 1) continue;
    hits.push(isEnough && taken[best] === 0);
    if (isEnough) taken[best] = 1;
  }
  return hits;
}

/** Recall after each find, and the highest precision there or at a later find. */
interface Curve {
  recalls: number[];
  precisions: number[];
}

function curveOf(hits: readonly boolean[], positives: number): Curve {
  const recalls: number[] = [];
  const precisions: number[] = [];
  hits.forEach((hit, i) => {
    if (!hit) return;
    precisions.push((precisions.length + 1) / (i + 1));
    recalls.push(precisions.length / positives);
  });
  for (let i = precisions.length - 2; i >= 0; i--) {
    precisions[i] = Math.max(precisions[i] as number, precisions[i + 1] as number);
  }
  return { recalls, precisions };
}

function areaUnder({ recalls, precisions }: Curve): number {
  return precisions.reduce(
    (sum, precision, i) => sum + precision * ((recalls[i] as number) - (recalls[i - 1] ?? 0)),
    0,
  );
}

function elevenPoints({ recalls, precisions }: Curve): number {
  const highest = ELEVEN_RECALLS.map((point) => precisions[recalls.findIndex((recall) => recall >= point)] ?? 0);
  return mean(highest);
}
