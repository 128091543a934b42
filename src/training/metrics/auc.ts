import { AnchorkitError } from "../../base/errors.ts";
import { EPSILON, matched } from "../losses/loss.ts";
import {
  evenThresholds,
  givenThresholds,
  histogramSums,
  type Outcomes,
  outcomesOf,
  type Thresholds,
} from "./histogram.ts";
import { type Metric, metricOf, ratio } from "./metric.ts";

export interface AucOptions {
  /** How many thresholds the curve is drawn at, evenly from 0 to 1 (default 200). */
  numThresholds?: number;
  /** Thresholds between 0 and 1 in place of even ones; 0 and 1 are added. */
  thresholds?: readonly number[];
  /** `ROC` (default): recall over the rate of false positives; `PR`: precision over recall; `PRGAIN`: their gains. */
  curve?: "ROC" | "PR" | "PRGAIN";
  /** Between thresholds: the line through both (default), or the lower or the higher one. */
  summationMethod?: "interpolation" | "minoring" | "majoring";
  /** The prediction is what comes before a sigmoid (default false). */
  fromLogits?: boolean;
}

/**
 * Area under a curve, from counts at thresholds: Keras's `auc`, with its interpolation of the PR curve (Davis and
 * Goadrich, "The relationship between precision-recall and ROC curves", 2006). A target that is not 0 is positive; all
 * labels are counted together. Without positives it is 0, and the ROC without negatives too.
 *
 * target and prediction [batch, …, labels], or [batch]
 */
export function auc(options: AucOptions = {}): Metric {
  const thresholds = thresholdsOf(options);
  const { fromLogits = false } = options;
  const curve = choice("curve", options.curve ?? "ROC", ["ROC", "PR", "PRGAIN"]);
  const between = choice("summationMethod", options.summationMethod ?? "interpolation", Object.keys(HEIGHTS));
  return metricOf({
    name: "auc",
    better: "higher",
    sums(target, prediction, weights) {
      const [t, p] = matched("auc", target, prediction);
      return histogramSums(thresholds, t, fromLogits ? p.sigmoid() : p, weights);
    },
    value(sums) {
      const outcomes = outcomesOf(sums);
      if (curve === "PR" && between === "interpolation") return sumOfPairs(outcomes, interpolatedPrecision);
      return sumOfPairs(outcomes.map(POINTS[curve]), ([x0, y0], [x1, y1]) => (x0 - x1) * HEIGHTS[between](y0, y1));
    },
  });
}

type Point = readonly [x: number, y: number];

const POINTS: Record<NonNullable<AucOptions["curve"]>, (at: Outcomes) => Point> = {
  ROC: (at) => [ratio(at.falsePositives, at.falsePositives + at.trueNegatives), recallOf(at)],
  PR: (at) => [recallOf(at), precisionOf(at)],
  PRGAIN: gains,
};

const HEIGHTS: Record<NonNullable<AucOptions["summationMethod"]>, (a: number, b: number) => number> = {
  interpolation: (a, b) => (a + b) / 2,
  minoring: Math.min,
  majoring: Math.max,
};

export function recallOf({ truePositives, falseNegatives }: Outcomes): number {
  return ratio(truePositives, truePositives + falseNegatives);
}

export function precisionOf({ truePositives, falsePositives }: Outcomes): number {
  return ratio(truePositives, truePositives + falsePositives);
}

/** Recall and precision beside those of calling everything positive (Flach and Kull, "Precision-recall-gain curves", 2015). */
function gains(at: Outcomes): Point {
  const { truePositives, falsePositives, trueNegatives, falseNegatives } = at;
  if (truePositives === 0) return [0, 1];
  const balance = ratio(truePositives + falseNegatives, trueNegatives + falsePositives);
  const gain = (wrong: number): number => 1 - (balance * wrong) / truePositives;
  return [Math.max(gain(falseNegatives), 0), gain(falsePositives)];
}

/** The area between two thresholds of the PR curve, true positives being a line over what is predicted to be positive. */
function interpolatedPrecision(low: Outcomes, high: Outcomes): number {
  const [before, after] = [low.truePositives + low.falsePositives, high.truePositives + high.falsePositives];
  const slope = ratio(low.truePositives - high.truePositives, Math.max(before - after, 0));
  const intercept = high.truePositives - slope * after;
  const logs = before > 0 && after > 0 ? Math.log(before / after) : 0;
  const area = slope * (low.truePositives - high.truePositives + intercept * logs);
  return ratio(area, high.truePositives + high.falseNegatives);
}

/** The sum over what lies side by side. */
function sumOfPairs<T>(items: readonly T[], of: (a: T, b: T) => number): number {
  return items.slice(1).reduce((sum, item, i) => sum + of(items[i] as T, item), 0);
}

function thresholdsOf({ numThresholds = 200, thresholds }: AucOptions): Thresholds {
  const wrong = thresholds?.find((threshold) => !(threshold >= 0 && threshold <= 1));
  if (wrong !== undefined) throw new AnchorkitError(`auc: thresholds has ${wrong}; give numbers of 0 to 1`);
  if (thresholds) return givenThresholds([-EPSILON, ...[...thresholds].sort((a, b) => a - b), 1 + EPSILON]);
  if (Number.isInteger(numThresholds) && numThresholds > 1) return evenThresholds(numThresholds, true);
  throw new AnchorkitError(`auc: numThresholds is ${numThresholds}; give a whole number of 2 or more`);
}

function choice<T extends string>(option: string, given: T, all: readonly string[]): T {
  if (all.includes(given)) return given;
  throw new AnchorkitError(`auc: ${option} is "${given}"; give one of ${all.join(", ")}`);
}
