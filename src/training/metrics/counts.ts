import * as tf from "@tensorflow/tfjs";
import { AnchorkitError } from "../../base/errors.ts";
import { checkedOption, matched, shown } from "../losses/loss.ts";
import { type Metric, metricOf, ratio, spread, total } from "./metric.ts";

/** Which predictions count as positive. */
export interface CountOptions {
  /** Those above this number of 0 to 1 (default 0.5). Keras has a list of values for a list; here it holds one. */
  thresholds?: number | readonly number[];
}

/** Which predictions count as positive, and which are looked at. */
export interface PrecisionOptions extends CountOptions {
  /** Only the k highest of the classes; above no threshold then, unless told. */
  topK?: number;
  /** Of this class alone. */
  classId?: number;
}

/** How many positives are predicted to be such: Keras's `true_positives`. Shapes as in {@link precision}. */
export function truePositives(options: CountOptions = {}): Metric {
  return counting("true_positives", "higher", options);
}

/** How many negatives are predicted to be positive: Keras's `false_positives`. Shapes as in {@link precision}. */
export function falsePositives(options: CountOptions = {}): Metric {
  return counting("false_positives", "lower", options);
}

/** How many negatives are predicted to be such: Keras's `true_negatives`. Shapes as in {@link precision}. */
export function trueNegatives(options: CountOptions = {}): Metric {
  return counting("true_negatives", "higher", options);
}

/** How many positives are predicted to be negative: Keras's `false_negatives`. Shapes as in {@link precision}. */
export function falseNegatives(options: CountOptions = {}): Metric {
  return counting("false_negatives", "lower", options);
}

/**
 * Share of the positives among what is predicted to be positive: Keras's `precision`; 0 where nothing is. A target that is
 * not 0 is positive. All labels or classes are counted together, unless one is told.
 *
 * target and prediction [batch, …, labels], or [batch]
 */
export function precision(options: PrecisionOptions = {}): Metric {
  return shareOfTrue("precision", "false_positives", options);
}

/** Share of the positives that are predicted to be such: Keras's `recall`; 0 where there are none. See {@link precision}. */
export function recall(options: PrecisionOptions = {}): Metric {
  return shareOfTrue("recall", "false_negatives", options);
}

/** What becomes of a prediction, by Keras's name. */
type Outcome = "true_positives" | "false_positives" | "true_negatives" | "false_negatives";

function counting(name: Outcome, better: Metric["better"], options: CountOptions): Metric {
  const sums = outcomeSums(name, options, [name]);
  return metricOf({ name, better, sums, value: (all) => total(all, name) });
}

function shareOfTrue(name: string, wrong: Outcome, options: PrecisionOptions): Metric {
  const value: Metric["value"] = (all) => {
    const right = total(all, "true_positives");
    return ratio(right, right + total(all, wrong));
  };
  return metricOf({ name, better: "higher", sums: outcomeSums(name, options, ["true_positives", wrong]), value });
}

function outcomeSums(name: string, options: PrecisionOptions, wanted: readonly Outcome[]): Metric["sums"] {
  const threshold = thresholdOf(name, options);
  const { topK, classId } = options;
  return (target, prediction, weights) => {
    const [t, given] = matched(name, target, prediction);
    const p = topK === undefined ? given : highestOf(name, given, topK);
    const isTrue = ofClass(name, t, classId).notEqual(0);
    const isPositive = ofClass(name, p, classId).greater(threshold);
    const outcomes: Record<Outcome, () => tf.Tensor> = {
      true_positives: () => isPositive.logicalAnd(isTrue),
      false_positives: () => isPositive.logicalAnd(isTrue.logicalNot()),
      true_negatives: () => isPositive.logicalOr(isTrue).logicalNot(),
      false_negatives: () => isTrue.logicalAnd(isPositive.logicalNot()),
    };
    const w = spread(weights, isTrue.rank);
    return Object.fromEntries(wanted.map((outcome) => [outcome, outcomes[outcome]().toFloat().mul(w).sum()]));
  };
}

/** Below every prediction: what Keras has in place of those that are not among the highest. */
const LOWEST = -1e10;

function thresholdOf(name: string, { thresholds, topK }: PrecisionOptions): number {
  if (thresholds === undefined) return topK === undefined ? 0.5 : LOWEST;
  const [threshold, ...more] = typeof thresholds === "number" ? [thresholds] : thresholds;
  if (threshold === undefined || more.length > 0) {
    const count = threshold === undefined ? "no" : `${more.length + 1}`;
    throw new AnchorkitError(`${name}: thresholds has ${count} numbers; give one, and a metric of its own to each`);
  }
  return checkedOption(name, "thresholds", threshold, 0, 1);
}

/** The k highest of each row as they are, and all others the lowest. */
function highestOf(name: string, x: tf.Tensor, k: number): tf.Tensor {
  const classes = x.rank < 2 ? 0 : (x.shape.at(-1) ?? 0);
  if (!(Number.isInteger(k) && k >= 1 && k <= classes)) {
    throw new AnchorkitError(`${name}: topK is ${k}, and the prediction has shape ${shown(x)}; give 1 to ${classes}`);
  }
  const isHigh = tf.oneHot(tf.topk(x, k).indices, classes).toFloat().sum(-2).greater(0);
  return tf.where(isHigh, x, tf.fill(x.shape, LOWEST));
}

/** What belongs to one class, [batch, …, 1]; everything unless told. */
export function ofClass(name: string, x: tf.Tensor, classId: number | undefined): tf.Tensor {
  if (classId === undefined) return x;
  const classes = x.rank < 2 ? 0 : (x.shape.at(-1) ?? 0);
  if (!(Number.isInteger(classId) && classId >= 0 && classId < classes)) {
    const want = classes === 0 ? "leave it out" : `give 0 to ${classes - 1}`;
    throw new AnchorkitError(`${name}: classId is ${classId}, and the prediction has shape ${shown(x)}; ${want}`);
  }
  const begin = x.shape.map((_, i) => (i === x.rank - 1 ? classId : 0));
  return x.slice(begin, [...x.shape.slice(0, -1), 1]);
}
