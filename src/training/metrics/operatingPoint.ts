import { AnchorkitError } from "../../base/errors.ts";
import { checkedOption, matched } from "../losses/loss.ts";
import { precisionOf, recallOf } from "./auc.ts";
import { ofClass } from "./counts.ts";
import { evenThresholds, givenThresholds, histogramSums, type Outcomes, outcomesOf } from "./histogram.ts";
import { type Metric, metricOf, ratio } from "./metric.ts";

/** At which thresholds the best is looked for, and of which class. */
export interface OperatingPointOptions {
  /** How many thresholds, evenly from 0 to 1 (default 200). */
  numThresholds?: number;
  /** Of this class alone. */
  classId?: number;
}

// Each is the highest of one measure among the thresholds at which the other is at least what is asked for, and 0 if none
// is. Target and prediction are [batch, …, labels] or [batch]; all labels are counted together.

/** The highest precision where the recall is at least this: Keras's `precision_at_recall`. */
export function precisionAtRecall({ recall, ...rest }: OperatingPointOptions & { recall?: number } = {}): Metric {
  return bestWhere("precision_at_recall", ["recall", recall], rest, recallOf, precisionOf);
}

/** The highest recall where the precision is at least this: Keras's `recall_at_precision`. */
export function recallAtPrecision({ precision, ...rest }: OperatingPointOptions & { precision?: number } = {}): Metric {
  return bestWhere("recall_at_precision", ["precision", precision], rest, precisionOf, recallOf);
}

/** The highest sensitivity where the specificity is at least this: Keras's `sensitivity_at_specificity`. */
export function sensitivityAtSpecificity({
  specificity,
  ...rest
}: OperatingPointOptions & { specificity?: number } = {}): Metric {
  return bestWhere("sensitivity_at_specificity", ["specificity", specificity], rest, specificityOf, recallOf);
}

/** The highest specificity where the sensitivity is at least this: Keras's `specificity_at_sensitivity`. */
export function specificityAtSensitivity({
  sensitivity,
  ...rest
}: OperatingPointOptions & { sensitivity?: number } = {}): Metric {
  return bestWhere("specificity_at_sensitivity", ["sensitivity", sensitivity], rest, recallOf, specificityOf);
}

function bestWhere(
  name: string,
  [option, given]: readonly [name: string, value: number | undefined],
  { numThresholds = 200, classId }: OperatingPointOptions,
  constrained: (at: Outcomes) => number,
  wanted: (at: Outcomes) => number,
): Metric {
  if (given === undefined) {
    throw new AnchorkitError(`${name}: ${option} is missing; make the metric with it, { ${option}: 0.8 } say`);
  }
  const least = Math.fround(checkedOption(name, option, given, 0, 1));
  if (!(Number.isInteger(numThresholds) && numThresholds > 0)) {
    throw new AnchorkitError(`${name}: numThresholds is ${numThresholds}; give a whole number of 1 or more`);
  }
  const thresholds = numThresholds === 1 ? givenThresholds([0.5]) : evenThresholds(numThresholds, false);
  return metricOf({
    name,
    better: "higher",
    sums(target, prediction, weights) {
      const [t, p] = matched(name, target, prediction).map((x) => ofClass(name, x, classId)) as [typeof target, typeof target]; // prettier-ignore
      return histogramSums(thresholds, t, p, weights);
    },
    value(sums) {
      const feasible = outcomesOf(sums).filter((at) => Math.fround(constrained(at)) >= least); // in float32, as Keras
      return Math.max(0, ...feasible.map(wanted));
    },
  });
}

function specificityOf({ trueNegatives, falsePositives }: Outcomes): number {
  return ratio(trueNegatives, trueNegatives + falsePositives);
}
