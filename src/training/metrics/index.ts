export {
  binaryAccuracy,
  type BinaryAccuracyOptions,
  categoricalAccuracy,
  sparseCategoricalAccuracy,
  sparseTopKCategoricalAccuracy,
  type SparseTopKOptions,
  topKCategoricalAccuracy,
  type TopKOptions,
} from "./accuracy.ts";
export { auc, type AucOptions } from "./auc.ts";
export { concordanceCorrelation, type CorrelationOptions, pearsonCorrelation } from "./correlation.ts";
export {
  type CountOptions,
  falseNegatives,
  falsePositives,
  precision,
  type PrecisionOptions,
  recall,
  trueNegatives,
  truePositives,
} from "./counts.ts";
export { f1Score, type F1Options, fBetaScore, type FBetaOptions } from "./fScore.ts";
export {
  binaryIou,
  type BinaryIouOptions,
  classIou,
  meanIou,
  type MeanIouOptions,
  oneHotIou,
  oneHotMeanIou,
  type OneHotMeanIouOptions,
} from "./iou.ts";
export { meanOf } from "./mean.ts";
export type { Metric, Sums } from "./metric.ts";
export {
  type OperatingPointOptions,
  precisionAtRecall,
  recallAtPrecision,
  sensitivityAtSpecificity,
  specificityAtSensitivity,
} from "./operatingPoint.ts";
export { r2Score, type R2Options, rootMeanSquaredError } from "./regression.ts";
export { metricNamed, type MetricName, METRICS } from "./registry.ts";
export { type ClassKind, resolvedAccuracy, resolvedCrossentropy } from "./resolved.ts";
