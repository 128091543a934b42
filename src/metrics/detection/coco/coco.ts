import { knownOptions } from "../../../geometry/knownOptions.ts";
import { mean } from "../../../base/statistics.ts";
import { meanOverClasses } from "../../meanOverClasses.ts";
import { averagePrecision, recall } from "./averagePrecision.ts";
import { type CocoSummary, byCocoKey } from "./cocoSummary.ts";
import type { EvaluationImage } from "../evaluationImage.ts";
import { type DetectionMatches, matchDetections, type MatchOptions } from "./matching.ts";
import { areaSlice } from "../slices/slices.ts";

export type { EvaluationImage } from "../evaluationImage.ts";

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

export interface CocoOptions extends Omit<MatchOptions, "slices"> {
  /** Smallest and largest area, both inclusive, of small, medium and large objects; default COCO's. */
  areaRanges?: Record<"small" | "medium" | "large", readonly [number, number]>;
}

const COCO_OPTIONS = { areaRanges: true, iouThresholds: true, maxDetections: true, overlap: true } as const;

const [ALL_AREAS, SMALL, MEDIUM, LARGE] = [0, 1, 2, 3] as const;
const COCO_AREAS: Required<CocoOptions>["areaRanges"] = {
  small: [0, 32 ** 2],
  medium: [32 ** 2, 96 ** 2],
  large: [96 ** 2, 1e5 ** 2],
};

/**
 * COCO's evaluation of boxes or masks, equal to pycocotools' (COCOeval with iouType "bbox" or "segm") within 1e-12 if
 * the images are in the order of their ids. Where pycocotools writes -1, for want of objects, this has NaN. As with its
 * maxDets = [1, 10, maxDetections], AP and AR by size look at the best `maxDetections` of each class in an image, while
 * AR10 and AR100 look at 10 and 100; they are NaN where fewer were matched.
 * Throws AnchorkitError as `matchDetections` does.
 * Reference: T.-Y. Lin et al., "Microsoft COCO: Common Objects in Context", 2014; cocodataset.org/#detection-eval.
 */
export function evaluateCoco(
  images: readonly EvaluationImage[],
  classes: readonly string[],
  options: CocoOptions = {},
): CocoMetrics {
  knownOptions("evaluateCoco", options, COCO_OPTIONS);
  return summarizeCoco(matchCoco(images, classes, options));
}

/** The matches from which COCO's numbers follow; `summarizeCoco` and `bootstrapCoco` take them. */
export function matchCoco(
  images: readonly EvaluationImage[],
  classes: readonly string[],
  options: CocoOptions = {},
): DetectionMatches {
  knownOptions("matchCoco", options, COCO_OPTIONS);
  const { areaRanges = COCO_AREAS, ...rest } = options;
  const sizes = (["small", "medium", "large"] as const).map((name) => areaSlice(name, ...areaRanges[name]));
  return matchDetections(images, classes, { ...rest, slices: [areaSlice("all", 0, 1e5 ** 2), ...sizes] });
}

/** COCO's numbers out of what `matchCoco` answered. */
export function summarizeCoco(matches: DetectionMatches): CocoMetrics {
  return summarizeRates(
    matches,
    matches.perClass.map(({ ranks, positives, outcomes }) => ({
      truths: positives[ALL_AREAS] ?? 0,
      averagePrecision: (slice, threshold) => {
        const ofSlice = outcomes[slice]?.[threshold];
        return ofSlice === undefined ? NaN : averagePrecision(ofSlice, positives[slice] as number);
      },
      recall: (slice, threshold, perImage) => {
        const ofSlice = outcomes[slice]?.[threshold];
        return ofSlice === undefined ? NaN : recall(ofSlice, ranks, perImage, positives[slice] as number);
      },
    })),
  );
}

/** What the numbers of a class are made of; slices and thresholds are given by their indices. */
export interface ClassRates {
  /** How many objects there are to find. */
  truths: number;
  averagePrecision: (slice: number, threshold: number) => number;
  /** With the `perImage` best detections of each image. */
  recall: (slice: number, threshold: number, perImage: number) => number;
}

/** COCO's numbers out of the rates of each class. */
export function summarizeRates(
  { classes, iouThresholds, maxDetections }: Pick<DetectionMatches, "classes" | "iouThresholds" | "maxDetections">,
  perClass: readonly ClassRates[],
): CocoMetrics {
  const metrics = perClass.map((rates, k): ClassMetrics => {
    const summary = summarizeClass(rates, iouThresholds, maxDetections);
    return { class: k, name: classes[k] ?? "", truths: rates.truths, ...summary };
  });
  return { ...meansOverClasses(metrics), perClass: metrics };
}

function summarizeClass(
  { averagePrecision, recall }: ClassRates,
  iouThresholds: readonly number[],
  maxDetections: number,
): CocoSummary {
  const precisions = iouThresholds.map((_, threshold) => averagePrecision(ALL_AREAS, threshold));
  const ap = (slice: number): number => mean(iouThresholds.map((_, threshold) => averagePrecision(slice, threshold)));
  const ar = (slice: number, perImage: number): number =>
    perImage > maxDetections ? NaN : mean(iouThresholds.map((_, threshold) => recall(slice, threshold, perImage)));
  return {
    AP: mean(precisions),
    AP50: precisions[iouThresholds.indexOf(0.5)] ?? NaN,
    AP75: precisions[iouThresholds.indexOf(0.75)] ?? NaN,
    APsmall: ap(SMALL),
    APmedium: ap(MEDIUM),
    APlarge: ap(LARGE),
    AR1: ar(ALL_AREAS, 1),
    AR10: ar(ALL_AREAS, 10),
    AR100: ar(ALL_AREAS, 100),
    ARsmall: ar(SMALL, maxDetections),
    ARmedium: ar(MEDIUM, maxDetections),
    ARlarge: ar(LARGE, maxDetections),
  };
}

/** Every class has as many precisions and recalls as another, so the mean of their means is COCO's mean over all. */
function meansOverClasses(perClass: readonly CocoSummary[]): CocoSummary {
  return byCocoKey((key) => meanOverClasses(perClass.map((metrics) => metrics[key])));
}
