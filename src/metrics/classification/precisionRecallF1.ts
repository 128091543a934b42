import { sum } from "../../base/statistics.ts";
import { macroAverage, weightedAverage } from "./averages.ts";
import { checkConfusion } from "./checks.ts";

export interface PrecisionRecallF1 {
  /** Of the examples taken for the class, the share that is of it. 0 if none was taken for it. */
  precision: number;
  /** Of the examples of the class, the share that was found. 0 if there is none. */
  recall: number;
  /** 2 * precision * recall / (precision + recall); 0 if nothing of the class was found. */
  f1: number;
}

export interface ClassPrecisionRecallF1 extends PrecisionRecallF1 {
  /** The number of examples of the class. */
  support: number;
}

export interface PrecisionRecallF1Report {
  perClass: ClassPrecisionRecallF1[];
  /** Of all decisions of all classes together: with one label an example, all three are the accuracy. */
  micro: PrecisionRecallF1;
  /** The mean over the classes; those that never occur count with their zeros. */
  macro: PrecisionRecallF1;
  /** The mean over the classes, weighted by their numbers of examples. */
  weighted: PrecisionRecallF1;
}

/**
 * Precision = TP / (TP + FP), recall = TP / (TP + FN) and F1 = 2 TP / (2 TP + FP + FN) of each class against all others,
 * and their averages. 0 / 0 is 0, as with zero_division=0 in scikit-learn; its equal is
 * `precision_recall_fscore_support` with `labels` set to all classes.
 * Takes a confusion matrix (rows: truth, columns: predictions); throws AnchorkitError unless it is one.
 */
export function precisionRecallF1(confusion: readonly (readonly number[])[]): PrecisionRecallF1Report {
  checkConfusion("precisionRecallF1", confusion);
  const supports = confusion.map((row) => sum(row));
  const predicted = confusion.map((_, k) => sum(confusion.map((row) => row[k] as number)));
  const correct = confusion.map((row, k) => row[k] as number);
  const perClass = confusion.map((_, k): ClassPrecisionRecallF1 => {
    const support = supports[k] as number;
    return { support, ...rates(correct[k] as number, predicted[k] as number, support) };
  });
  return {
    perClass,
    micro: rates(sum(correct), sum(predicted), sum(supports)),
    macro: average(perClass, macroAverage),
    weighted: average(perClass, (values) => weightedAverage(values, supports)),
  };
}

function rates(truePositives: number, predicted: number, support: number): PrecisionRecallF1 {
  return {
    precision: ratio(truePositives, predicted),
    recall: ratio(truePositives, support),
    f1: ratio(2 * truePositives, predicted + support),
  };
}

function average(perClass: readonly ClassPrecisionRecallF1[], mean: (values: number[]) => number): PrecisionRecallF1 {
  return {
    precision: mean(perClass.map(({ precision }) => precision)),
    recall: mean(perClass.map(({ recall }) => recall)),
    f1: mean(perClass.map(({ f1 }) => f1)),
  };
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
