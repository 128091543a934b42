import { mean } from "../../base/statistics.ts";
import { checkConfusion } from "./checks.ts";

/** The share of examples on the diagonal of a confusion matrix (rows: truth). Throws AnchorkitError unless it is one. */
export function accuracy(confusion: readonly (readonly number[])[]): number {
  checkConfusion("accuracy", confusion);
  const { total, agreeing } = marginsOf(confusion);
  return agreeing / total;
}

/**
 * The mean recall of those classes that have examples: accuracy as if each of them had the same number.
 * Takes a confusion matrix (rows: truth); throws AnchorkitError unless it is one.
 */
export function balancedAccuracy(confusion: readonly (readonly number[])[]): number {
  checkConfusion("balancedAccuracy", confusion);
  const recalls = marginsOf(confusion).truths.flatMap((count, k) => {
    return count === 0 ? [] : [(confusion[k]?.[k] as number) / count];
  });
  return mean(recalls);
}

/**
 * Cohen's kappa: (observed - chance) / (1 - chance), where chance is the agreement expected of predictions that are
 * drawn at random with the same frequencies. 1: perfect, 0: no better than chance. Both raters, truth and prediction,
 * count alike. NaN where chance alone agrees always (one class in truth and predictions), as in scikit-learn.
 * Takes a confusion matrix; throws AnchorkitError unless it is one.
 * Reference: J. Cohen, "A coefficient of agreement for nominal scales", 1960.
 */
export function cohenKappa(confusion: readonly (readonly number[])[]): number {
  checkConfusion("cohenKappa", confusion);
  const { total, agreeing, truths, predictions } = marginsOf(confusion);
  const chance = dot(truths, predictions) / total;
  return (agreeing - chance) / (total - chance);
}

/**
 * Matthews correlation of truth and prediction, for any number of classes (Gorodkin's R_K): 1 is perfect, 0 chance;
 * never below -1. 0 where one class takes all examples or all predictions, as in scikit-learn.
 * Takes a confusion matrix; throws AnchorkitError unless it is one.
 * Reference: J. Gorodkin, "Comparing two K-category assignments by a K-category correlation coefficient", 2004.
 */
export function matthewsCorrelation(confusion: readonly (readonly number[])[]): number {
  checkConfusion("matthewsCorrelation", confusion);
  const { total, agreeing, truths, predictions } = marginsOf(confusion);
  const covariance = agreeing * total - dot(truths, predictions);
  const varianceOfTruth = total ** 2 - dot(truths, truths);
  const varianceOfPredictions = total ** 2 - dot(predictions, predictions);
  if (varianceOfTruth === 0 || varianceOfPredictions === 0) return 0;
  return covariance / Math.sqrt(varianceOfTruth) / Math.sqrt(varianceOfPredictions);
}

/** The sums over rows (how often each class is true), columns (how often it is predicted), diagonal and everything. */
function marginsOf(confusion: readonly (readonly number[])[]) {
  const truths = new Array<number>(confusion.length).fill(0);
  const predictions = new Array<number>(confusion.length).fill(0);
  let total = 0;
  let agreeing = 0;
  confusion.forEach((row, truth) => {
    row.forEach((count, prediction) => {
      truths[truth] = (truths[truth] as number) + count;
      predictions[prediction] = (predictions[prediction] as number) + count;
      total += count;
      if (truth === prediction) agreeing += count;
    });
  });
  return { truths, predictions, total, agreeing };
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
}
