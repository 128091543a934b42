import { knownOptions } from "../../geometry/knownOptions.ts";
import { meanOverClasses } from "../meanOverClasses.ts";
import { type DetectionMatches, TRUE_POSITIVE } from "./coco/matching.ts";
import { rankedByClass, type RankedDetections } from "./coco/ranked.ts";

export interface ClassMissRate {
  /** Index into the list of classes. */
  class: number;
  name: string;
  /** How many objects there were to find. */
  truths: number;
  /** In 0..1, the lower the better; NaN without objects. */
  logAverageMissRate: number;
  /** [9] the share of objects missed at each of `falsePositivesPerImage`; NaN without objects. */
  missRates: number[];
}

export interface MissRates {
  iouThreshold: number;
  /** [9] 0.01 ... 1 in equal steps of the logarithm. */
  falsePositivesPerImage: number[];
  /** The mean over the classes that have objects. */
  logAverageMissRate: number;
  perClass: ClassMissRate[];
}

const FALSE_POSITIVES_PER_IMAGE = Array.from({ length: 9 }, (_, i) => 10 ** (-2 + i / 4));

/**
 * Log-average miss rate: the geometric mean of the shares of objects missed where there are 0.01 ... 1 false positives an
 * image (nine points, evenly spaced in the logarithm), each at least 1e-10. At a point that the detections jump over, the
 * last miss rate below it holds; below the first false positives it is 1 - recall of what is surer than they.
 * Throws AnchorkitError for an IoU threshold that was not matched.
 * Reference: P. Dollar et al., "Pedestrian Detection: An Evaluation of the State of the Art", 2012, section 3.1.
 */
export function missRates(matches: DetectionMatches, options: { iouThreshold?: number } = {}): MissRates {
  knownOptions("missRates", options, { iouThreshold: true });
  const { iouThreshold = 0.5 } = options;
  const perClass = rankedByClass(matches, iouThreshold).map((ranked, k): ClassMissRate => {
    const rates = FALSE_POSITIVES_PER_IMAGE.map((limit) => missRateAt(ranked, limit * matches.imageCount));
    return {
      class: k,
      name: matches.classes[k] ?? "",
      truths: ranked.positives,
      logAverageMissRate: geometricMean(rates),
      missRates: rates,
    };
  });
  return {
    iouThreshold,
    falsePositivesPerImage: [...FALSE_POSITIVES_PER_IMAGE],
    logAverageMissRate: meanOverClasses(perClass.map((ofClass) => ofClass.logAverageMissRate)),
    perClass,
  };
}

/** The share of objects missed by the best detections, as many as have no more than `limit` false positives. */
function missRateAt({ outcomes, positives }: RankedDetections, limit: number): number {
  let falsePositives = 0;
  let found = 0;
  for (const outcome of outcomes) {
    if (outcome === TRUE_POSITIVE) found++;
    else if (++falsePositives > limit) break;
  }
  return 1 - found / positives;
}

/** Of the rates, each taken as 1e-10 if it is less: a single 0 would make 0 of all. */
function geometricMean(rates: readonly number[]): number {
  return Math.exp(rates.reduce((sum, rate) => sum + Math.log(Math.max(rate, 1e-10)), 0) / rates.length);
}
