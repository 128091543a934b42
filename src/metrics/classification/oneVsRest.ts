import {
  binaryAveragePrecision,
  type BinaryPrecisionRecallPoint,
  binaryPrecisionRecallOf,
} from "./binaryPrecisionRecall.ts";
import { checkProbabilities } from "./checks.ts";
import { macroAverage, weightedAverage } from "./averages.ts";
import { rocAuc, rocOf, type RocPoint } from "./rocCurve.ts";
import { thresholdCounts } from "./thresholdCounts.ts";

/** One class against all others, told apart by the probability of the class. */
export interface ClassRanking {
  /** The number of examples of the class. */
  support: number;
  /** Area under the ROC curve; NaN where all examples or none are of the class. */
  rocAuc: number;
  /** See `binaryAveragePrecision`; 0 where no example is of the class. */
  averagePrecision: number;
  rocCurve: RocPoint[];
  precisionRecallCurve: BinaryPrecisionRecallPoint[];
}

export interface RankingAverage {
  rocAuc: number;
  averagePrecision: number;
}

export interface OneVsRest {
  perClass: ClassRanking[];
  /** The mean over the classes: as in scikit-learn, no area (NaN) if one of the classes has none. */
  macro: RankingAverage;
  /** The mean over the classes, weighted by their numbers of examples; classes without any do not count. */
  weighted: RankingAverage;
}

/**
 * How well the probability of each class ranks its examples before those of all other classes: ROC, precision-recall
 * curve, their areas and the means of these (scikit-learn's `roc_auc_score` with multi_class="ovr", and
 * `average_precision_score` on one-hot labels). Labels [n], probabilities [n, classCount].
 * Throws AnchorkitError for lengths, labels and probabilities that cannot be.
 */
export function oneVsRest(labels: ArrayLike<number>, probabilities: ArrayLike<number>, classCount: number): OneVsRest {
  checkProbabilities("oneVsRest", labels, probabilities, classCount);
  const perClass = Array.from({ length: classCount }, (_, k) => rankClass(labels, probabilities, classCount, k));
  const supports = perClass.map(({ support }) => support);
  return {
    perClass,
    macro: average(perClass, macroAverage),
    weighted: average(perClass, (values) => weightedAverage(values, supports)),
  };
}

function rankClass(
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  classCount: number,
  k: number,
): ClassRanking {
  const positives = new Uint8Array(labels.length);
  const scores = new Float64Array(labels.length);
  let support = 0;
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] === k) {
      positives[i] = 1;
      support++;
    }
    scores[i] = probabilities[i * classCount + k] as number;
  }
  const counts = thresholdCounts(positives, scores);
  const roc = rocOf(counts);
  const precisionRecall = binaryPrecisionRecallOf(counts);
  return {
    support,
    rocAuc: rocAuc(roc),
    averagePrecision: binaryAveragePrecision(precisionRecall),
    rocCurve: roc,
    precisionRecallCurve: precisionRecall,
  };
}

function average(perClass: readonly ClassRanking[], mean: (values: number[]) => number): RankingAverage {
  return {
    rocAuc: mean(perClass.map(({ rocAuc }) => rocAuc)),
    averagePrecision: mean(perClass.map(({ averagePrecision }) => averagePrecision)),
  };
}
