import { AnchorkitError } from "../../base/errors.ts";
import { nearest } from "../../geometry/nearest.ts";
import { binaryCrossentropy, categoricalCrossentropy, sparseCategoricalCrossentropy } from "../losses/crossEntropy.ts";
import { categoricalHinge, hinge, squaredHinge } from "../losses/hinge.ts";
import type { Loss } from "../losses/loss.ts";
import {
  logCosh,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  meanSquaredLogarithmicError,
  poisson,
} from "../losses/regression.ts";
import { cosineSimilarity, klDivergence } from "../losses/similarity.ts";
import {
  binaryAccuracy,
  categoricalAccuracy,
  sparseCategoricalAccuracy,
  sparseTopKCategoricalAccuracy,
  topKCategoricalAccuracy,
} from "./accuracy.ts";
import { auc } from "./auc.ts";
import { concordanceCorrelation, pearsonCorrelation } from "./correlation.ts";
import { falseNegatives, falsePositives, precision, recall, trueNegatives, truePositives } from "./counts.ts";
import { f1Score, fBetaScore } from "./fScore.ts";
import { binaryIou, classIou, meanIou, oneHotIou, oneHotMeanIou } from "./iou.ts";
import { meanOf } from "./mean.ts";
import type { Metric } from "./metric.ts";
import { metricKey } from "./names.ts";
import {
  precisionAtRecall,
  recallAtPrecision,
  sensitivityAtSpecificity,
  specificityAtSensitivity,
} from "./operatingPoint.ts";
import { r2Score, rootMeanSquaredError } from "./regression.ts";
import { type ClassKind, resolvedAccuracy, resolvedCrossentropy } from "./resolved.ts";

const bce = averaged("binary_crossentropy", binaryCrossentropy);
const mse = averaged("mean_squared_error", meanSquaredError);
const mae = averaged("mean_absolute_error", meanAbsoluteError);
const mape = averaged("mean_absolute_percentage_error", meanAbsolutePercentageError);
const msle = averaged("mean_squared_logarithmic_error", meanSquaredLogarithmicError);
const logcosh = averaged("logcosh", logCosh);

const metrics = {
  accuracy: resolvedAccuracy,
  acc: resolvedAccuracy,
  binary_accuracy: binaryAccuracy,
  categorical_accuracy: categoricalAccuracy,
  sparse_categorical_accuracy: sparseCategoricalAccuracy,
  top_k_categorical_accuracy: topKCategoricalAccuracy,
  sparse_top_k_categorical_accuracy: sparseTopKCategoricalAccuracy,
  crossentropy: resolvedCrossentropy,
  ce: resolvedCrossentropy,
  binary_crossentropy: bce,
  bce,
  categorical_crossentropy: averaged("categorical_crossentropy", categoricalCrossentropy),
  sparse_categorical_crossentropy: averaged("sparse_categorical_crossentropy", sparseCategoricalCrossentropy),
  kl_divergence: averaged("kl_divergence", klDivergence),
  poisson: averaged("poisson", poisson),
  hinge: averaged("hinge", hinge),
  squared_hinge: averaged("squared_hinge", squaredHinge),
  categorical_hinge: averaged("categorical_hinge", categoricalHinge),
  mean_squared_error: mse,
  mse,
  root_mean_squared_error: rootMeanSquaredError,
  mean_absolute_error: mae,
  mae,
  mean_absolute_percentage_error: mape,
  mape,
  mean_squared_logarithmic_error: msle,
  msle,
  logcosh,
  log_cosh: logcosh,
  log_cosh_error: logcosh,
  cosine_similarity: cosine,
  r2_score: r2Score,
  pearson_correlation: pearsonCorrelation,
  concordance_correlation: concordanceCorrelation,
  precision,
  recall,
  true_positives: truePositives,
  true_negatives: trueNegatives,
  false_positives: falsePositives,
  false_negatives: falseNegatives,
  f1_score: f1Score,
  fbeta_score: fBetaScore,
  f_beta_score: fBetaScore,
  auc,
  precision_at_recall: precisionAtRecall,
  recall_at_precision: recallAtPrecision,
  sensitivity_at_specificity: sensitivityAtSpecificity,
  specificity_at_sensitivity: specificityAtSensitivity,
  mean_io_u: meanIou,
  io_u: classIou,
  one_hot_mean_io_u: oneHotMeanIou,
  one_hot_io_u: oneHotIou,
  binary_io_u: binaryIou,
} as const;

/**
 * What makes each metric, by the name that Keras has for it. `accuracy` and `crossentropy` are of the kind that the
 * shapes ask for. Those that need an option (`precision_at_recall`, say) throw without it.
 */
export const METRICS: typeof metrics = metrics;

export type MetricName = keyof typeof METRICS;

/**
 * The metric of a name, with its default options, and called by the name as it was given, as Keras calls it. A name is
 * one of METRICS, or of Keras's class (`MeanSquaredError`). `crossentropy` is of the same kind as a loss that is a
 * cross-entropy, otherwise of the kind that the shapes ask for; `accuracy`, as in Keras, of that in any case.
 *
 * @param about name of the loss, and shapes of target and prediction with the axis of the batch
 * @throws AnchorkitError that lists the names if there is none of this one, and for a metric that needs an option
 */
export function metricNamed(
  name: string,
  about: { loss: string | undefined; target: readonly number[]; prediction: readonly number[] },
): Metric {
  const key = metricKey(name);
  if (Object.hasOwn(METRICS, key)) {
    const make = METRICS[key as MetricName];
    return { ...(make === resolvedCrossentropy ? resolvedCrossentropy(kindOfLoss(about.loss)) : make()), name };
  }
  const names = Object.keys(METRICS);
  const similar = nearest(key, names);
  const hint = similar === undefined ? "" : ` (did you mean "${similar}"?)`;
  throw new AnchorkitError(`there is no metric named "${name}"${hint}; give one of ${names.join(", ")}`);
}

function kindOfLoss(loss: string | undefined): { kind?: ClassKind } {
  const kind = /^(binary|categorical|sparse_categorical)_crossentropy$/.exec(loss ?? "")?.[1];
  return kind === undefined ? {} : { kind: kind as ClassKind };
}

/** A loss as a metric, with the options of the loss. */
function averaged<Options extends unknown[]>(name: string, make: (...options: Options) => Loss) {
  return (...options: Options): Metric => meanOf(name, make(...options));
}

/** The mean cosine of the angle between target and prediction: Keras's metric is the loss with the other sign. */
function cosine(options: { axis?: number } = {}): Metric {
  const loss = cosineSimilarity(options);
  return meanOf("cosine_similarity", (target, prediction) => loss(target, prediction).neg(), "higher");
}
