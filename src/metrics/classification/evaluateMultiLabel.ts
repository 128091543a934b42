import { AnchorkitError } from "../../base/errors.ts";
import { macroAverage, weightedAverage } from "./averages.ts";
import { binaryAveragePrecision, binaryPrecisionRecallOf } from "./binaryPrecisionRecall.ts";
import type { PrecisionRecallF1 } from "./precisionRecallF1.ts";
import { rocAuc, rocOf } from "./rocCurve.ts";
import { thresholdCounts } from "./thresholdCounts.ts";

/** One class: told to be there, or not. */
export interface MultiLabelClassMetrics extends PrecisionRecallF1 {
  class: number;
  name: string;
  /** Examples that show it. */
  support: number;
  /** At which it counts as there. */
  threshold: number;
  averagePrecision: number;
  rocAuc: number;
}

/** What a classifier that may name any number of classes is judged by. */
export interface MultiLabelMetrics {
  examples: number;
  /** Share of examples all of whose classes are told right (scikit-learn's accuracy_score of label sets). */
  subsetAccuracy: number;
  /** Share of the single answers, a class of an example each, that are right (Keras's BinaryAccuracy). */
  binaryAccuracy: number;
  micro: PrecisionRecallF1;
  macro: PrecisionRecallF1 & { averagePrecision: number; rocAuc: number };
  weighted: PrecisionRecallF1;
  /** The mean binary cross-entropy, in nats. */
  logLoss: number;
  perClass: MultiLabelClassMetrics[];
}

const TINY = 1e-7;

/**
 * Evaluates a classifier that may name several classes: labels, a list of class indices for each example, against
 * probabilities [n, classes.length], row-major, each 0 to 1 by itself. A class counts as named from its threshold on
 * (0.5 unless told). The mean average precision is `macro.averagePrecision`. Precision without a class named, and
 * recall without one there, are 0 (scikit-learn's zero_division=0).
 *
 * @throws AnchorkitError for lengths that do not fit, labels that are no class indices, and probabilities outside 0..1
 */
export function evaluateMultiLabel(
  labels: readonly (readonly number[])[],
  probabilities: ArrayLike<number>,
  classes: readonly string[],
  thresholds: readonly number[] = classes.map(() => 0.5),
): MultiLabelMetrics {
  const truth = truthOf(labels, classes.length);
  check(truth, probabilities, classes, thresholds);
  const n = labels.length;
  const count = classes.length;
  const totals = { hits: 0, named: 0, there: 0, right: 0, loss: 0 };
  const exact = new Uint8Array(n).fill(1);
  const perClass = classes.map((name, k): MultiLabelClassMetrics => {
    const positives = Uint8Array.from({ length: n }, (_, i) => truth[i * count + k] as number);
    const scores = Float64Array.from({ length: n }, (_, i) => probabilities[i * count + k] as number);
    const threshold = thresholds[k] as number;
    const own = { hits: 0, named: 0, there: 0 };
    for (let i = 0; i < n; i++) {
      const [there, score] = [positives[i] === 1, scores[i] as number];
      const named = score >= threshold;
      if (named) own.named++;
      if (there) own.there++;
      if (named && there) own.hits++;
      if (named === there) totals.right++;
      else exact[i] = 0;
      totals.loss -= Math.log(Math.max(TINY, there ? score : 1 - score));
    }
    totals.hits += own.hits;
    totals.named += own.named;
    totals.there += own.there;
    const ranked = thresholdCounts(positives, scores);
    return {
      ...{ class: k, name, support: own.there, threshold },
      ...rates(own),
      averagePrecision: binaryAveragePrecision(binaryPrecisionRecallOf(ranked)),
      rocAuc: rocAuc(rocOf(ranked)),
    };
  });
  const supports = perClass.map(({ support }) => support);
  const mean = (key: "precision" | "recall" | "f1" | "averagePrecision" | "rocAuc"): number =>
    macroAverage(perClass.map((one) => one[key]));
  const weigh = (key: "precision" | "recall" | "f1"): number =>
    weightedAverage(
      perClass.map((one) => one[key]),
      supports,
    );
  return {
    examples: n,
    subsetAccuracy: exact.reduce((sum, one) => sum + one, 0) / n,
    binaryAccuracy: totals.right / (n * count),
    micro: rates(totals),
    macro: {
      ...{ precision: mean("precision"), recall: mean("recall"), f1: mean("f1") },
      ...{ averagePrecision: mean("averagePrecision"), rocAuc: mean("rocAuc") },
    },
    weighted: { precision: weigh("precision"), recall: weigh("recall"), f1: weigh("f1") },
    logLoss: totals.loss / (n * count),
    perClass,
  };
}

function rates({ hits, named, there }: { hits: number; named: number; there: number }): PrecisionRecallF1 {
  const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
  return { precision: ratio(hits, named), recall: ratio(hits, there), f1: ratio(2 * hits, named + there) };
}

/** [n, classes]: 1 where a class is there. */
function truthOf(labels: readonly (readonly number[])[], count: number): Uint8Array {
  const truth = new Uint8Array(labels.length * count);
  labels.forEach((own, i) => {
    for (const label of own) {
      if (!Number.isInteger(label) || label < 0 || label >= count) {
        throw new AnchorkitError(
          `evaluateMultiLabel: a label of example ${i} must be a class index in 0..${count - 1}, got ${label}`,
        );
      }
      truth[i * count + label] = 1;
    }
  });
  return truth;
}

function check(
  truth: Uint8Array,
  probabilities: ArrayLike<number>,
  { length: count }: readonly string[],
  thresholds: readonly number[],
): void {
  if (count === 0 || truth.length === 0) throw new AnchorkitError("evaluateMultiLabel: no examples; give at least one");
  if (probabilities.length !== truth.length) {
    const [n, got] = [truth.length / count, probabilities.length];
    throw new AnchorkitError(
      `evaluateMultiLabel: ${n} examples and ${count} classes need ${truth.length} probabilities, got ${got}`,
    );
  }
  if (thresholds.length !== count) {
    throw new AnchorkitError(`evaluateMultiLabel: ${count} classes need as many thresholds, got ${thresholds.length}`);
  }
  for (let i = 0; i < probabilities.length; i++) {
    const value = probabilities[i] as number;
    if (value >= 0 && value <= 1) continue;
    const [row, k] = [Math.floor(i / count), i % count];
    throw new AnchorkitError(
      `evaluateMultiLabel: the probability of example ${row}, class ${k} must lie in 0..1, got ${value}`,
    );
  }
}
