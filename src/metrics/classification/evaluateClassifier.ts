import { expectedCalibrationError, type ReliabilityBin } from "../calibration.ts";
import { accuracy, balancedAccuracy, cohenKappa, matthewsCorrelation } from "./agreement.ts";
import { checkProbabilities } from "./checks.ts";
import { confidenceReliability } from "./confidenceReliability.ts";
import { confusionMatrix } from "./confusionMatrix.ts";
import { type ClassRanking, oneVsRest, type RankingAverage } from "./oneVsRest.ts";
import { type ClassPrecisionRecallF1, type PrecisionRecallF1, precisionRecallF1 } from "./precisionRecallF1.ts";
import { brierScore, logLoss } from "./scoringRules.ts";
import { predictedClasses, topKAccuracy } from "./topClasses.ts";

/** One class against all others. */
export interface ClassifierClassMetrics extends ClassPrecisionRecallF1, ClassRanking {
  /** Index into the list of classes. */
  class: number;
  name: string;
}

/** Every number a classifier is judged by, and the curves to draw. */
export interface ClassifierMetrics {
  /** The number of examples. */
  examples: number;
  accuracy: number;
  balancedAccuracy: number;
  /** For each k from 2 up to 5, below the number of classes: the true class is among the k most probable. */
  topKAccuracy: { k: number; accuracy: number }[];
  micro: PrecisionRecallF1;
  macro: PrecisionRecallF1 & RankingAverage;
  weighted: PrecisionRecallF1 & RankingAverage;
  cohenKappa: number;
  matthewsCorrelation: number;
  /** In nats. */
  logLoss: number;
  brierScore: number;
  /** Of the predicted class's probability, in 10 bins. */
  calibration: { expectedCalibrationError: number; bins: ReliabilityBin[] };
  /** confusion[i][j]: how many examples of class i were taken for class j. */
  confusion: number[][];
  perClass: ClassifierClassMetrics[];
}

const TOP_K = [2, 3, 4, 5];

/**
 * Evaluates a classifier in one call: labels [n] (indices into `classes`) against probabilities [n, classes.length],
 * row-major. The predicted class is the most probable, the first of equal ones. Conventions are scikit-learn's; each
 * number is explained at its own function. The result goes through JSON.stringify as it is; NaN (no such number, as
 * the ROC area of a class without examples) and the curves' first threshold, Infinity, become null there.
 * Throws AnchorkitError for lengths that do not fit, labels that are no class indices, and probabilities that are NaN,
 * outside 0..1, or do not sum to 1 in each row.
 *
 * @example
 * const metrics = evaluateClassifier([0, 1], [0.9, 0.1, 0.4, 0.6], ["cat", "dog"]);
 * metrics.accuracy; // 1
 */
export function evaluateClassifier(
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  classes: readonly string[],
): ClassifierMetrics {
  const classCount = classes.length;
  checkProbabilities("evaluateClassifier", labels, probabilities, classCount);
  const confusion = confusionMatrix(labels, predictedClasses(probabilities, classCount), classCount);
  const rates = precisionRecallF1(confusion);
  const rankings = oneVsRest(labels, probabilities, classCount);
  const bins = confidenceReliability(labels, probabilities, classCount);
  const kBelowClasses = TOP_K.filter((k) => k < classCount);
  return {
    examples: labels.length,
    accuracy: accuracy(confusion),
    balancedAccuracy: balancedAccuracy(confusion),
    topKAccuracy: kBelowClasses.map((k) => ({ k, accuracy: topKAccuracy(labels, probabilities, classCount, k) })),
    micro: rates.micro,
    macro: { ...rates.macro, ...rankings.macro },
    weighted: { ...rates.weighted, ...rankings.weighted },
    cohenKappa: cohenKappa(confusion),
    matthewsCorrelation: matthewsCorrelation(confusion),
    logLoss: logLoss(labels, probabilities, classCount),
    brierScore: brierScore(labels, probabilities, classCount),
    calibration: { expectedCalibrationError: expectedCalibrationError(bins), bins },
    confusion,
    perClass: classes.map((name, k) => ({
      class: k,
      name,
      ...(rates.perClass[k] as ClassPrecisionRecallF1),
      ...(rankings.perClass[k] as ClassRanking),
    })),
  };
}
