import { averagePrecision, recall } from "./averagePrecision.ts";
import { type ClassDetections, type ClassTruths, detectionsByClass, truthsByClass } from "./byClass.ts";
import { type ClassMatches, matchClass, type MatchingRules } from "./cocoMatching.ts";
import { checkEvaluationImage, type EvaluationImage } from "./evaluationImage.ts";

export type { EvaluationImage } from "./evaluationImage.ts";

/** COCO's twelve numbers, each in 0..1; NaN where there was no object to find. */
export interface CocoSummary {
  /** Average precision: the mean over the IoU thresholds 0.5, 0.55 ... 0.95. */
  AP: number;
  /** At IoU 0.5 alone. */
  AP50: number;
  /** At IoU 0.75 alone. */
  AP75: number;
  /** Of objects of at most 32 * 32 pixels. */
  APsmall: number;
  /** From 32 * 32 to 96 * 96 pixels. */
  APmedium: number;
  /** From 96 * 96 pixels. */
  APlarge: number;
  /** Average recall, the mean over the same thresholds, with the best detection of each class in an image. */
  AR1: number;
  /** With the best 10. */
  AR10: number;
  /** With the best 100, as all that follows and all AP. */
  AR100: number;
  ARsmall: number;
  ARmedium: number;
  ARlarge: number;
}

export interface ClassMetrics extends CocoSummary {
  /** Index into the list of classes. */
  class: number;
  name: string;
  /** How many objects there were to find: crowds and what is ignored left out. */
  truths: number;
}

/** The means over those classes that have objects, and each class. */
export interface CocoMetrics extends CocoSummary {
  perClass: ClassMetrics[];
}

const MAX_DETECTIONS = 100;
/** 0.5, 0.55 ... 0.95, each to the last bit as NumPy's linspace has it. */
const IOU_THRESHOLDS = [...Array.from({ length: 9 }, (_, i) => i * ((0.95 - 0.5) / 9) + 0.5), 0.95];
const [ALL, SMALL, MEDIUM, LARGE] = [0, 1, 2, 3] as const;
const RULES: MatchingRules = {
  iouThresholds: IOU_THRESHOLDS,
  areaRanges: [
    [0, 1e5 ** 2],
    [0, 32 ** 2],
    [32 ** 2, 96 ** 2],
    [96 ** 2, 1e5 ** 2],
  ],
  maxDetections: MAX_DETECTIONS,
};

/**
 * COCO's evaluation of boxes, equal to pycocotools' (COCOeval with iouType "bbox") within 1e-12 if the
 * images are in the order of their ids. Where pycocotools writes -1, for want of objects, this has NaN.
 * Throws AnchorkitError, naming image and object by their indices, for arrays that do not fit together and numbers that
 * cannot be (see `checkEvaluationImage`).
 * Reference: T.-Y. Lin et al., "Microsoft COCO: Common Objects in Context", 2014; cocodataset.org/#detection-eval.
 */
export function evaluateCoco(images: readonly EvaluationImage[], classes: readonly string[]): CocoMetrics {
  images.forEach((image, index) => {
    checkEvaluationImage(image, index, classes.length);
  });
  const truths = truthsByClass(images, classes.length);
  const detections = detectionsByClass(images, classes.length);
  const perClass = classes.map((name, k): ClassMetrics => {
    const matches = matchClass(truths[k] as ClassTruths, detections[k] as ClassDetections, images.length, RULES);
    return { class: k, name, truths: matches.positives[ALL] as number, ...summarize(matches) };
  });
  return { ...meansOverClasses(perClass), perClass };
}

function summarize({ ranks, positives, outcomes }: ClassMatches): CocoSummary {
  const precisions = outcomes.map((area, a) => area.map((at) => averagePrecision(at, positives[a] as number)));
  const [atAll = []] = precisions;
  const ap = (area: number): number => mean(precisions[area] ?? []);
  const ar = (area: number, perImage: number): number =>
    mean((outcomes[area] ?? []).map((at) => recall(at, ranks, perImage, positives[area] as number)));
  return {
    AP: ap(ALL),
    AP50: atAll[IOU_THRESHOLDS.indexOf(0.5)] ?? NaN,
    AP75: atAll[IOU_THRESHOLDS.indexOf(0.75)] ?? NaN,
    APsmall: ap(SMALL),
    APmedium: ap(MEDIUM),
    APlarge: ap(LARGE),
    AR1: ar(ALL, 1),
    AR10: ar(ALL, 10),
    AR100: ar(ALL, MAX_DETECTIONS),
    ARsmall: ar(SMALL, MAX_DETECTIONS),
    ARmedium: ar(MEDIUM, MAX_DETECTIONS),
    ARlarge: ar(LARGE, MAX_DETECTIONS),
  };
}

/** Every class has as many precisions and recalls as another, so the mean of their means is COCO's mean over all. */
function meansOverClasses(perClass: readonly CocoSummary[]): CocoSummary {
  const over = (key: keyof CocoSummary): number =>
    mean(perClass.map((metrics) => metrics[key]).filter((value) => !Number.isNaN(value)));
  return {
    AP: over("AP"),
    AP50: over("AP50"),
    AP75: over("AP75"),
    APsmall: over("APsmall"),
    APmedium: over("APmedium"),
    APlarge: over("APlarge"),
    AR1: over("AR1"),
    AR10: over("AR10"),
    AR100: over("AR100"),
    ARsmall: over("ARsmall"),
    ARmedium: over("ARmedium"),
    ARlarge: over("ARlarge"),
  };
}

/** NaN for none. */
function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
