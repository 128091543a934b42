export { accuracy, balancedAccuracy, cohenKappa, matthewsCorrelation } from "./agreement.ts";
export {
  binaryAveragePrecision,
  binaryPrecisionRecall,
  type BinaryPrecisionRecallPoint,
} from "./binaryPrecisionRecall.ts";
export { bestThreshold } from "./bestThreshold.ts";
export { confidenceReliability } from "./confidenceReliability.ts";
export { confusionMatrix } from "./confusionMatrix.ts";
export { evaluateClassifier, type ClassifierClassMetrics, type ClassifierMetrics } from "./evaluateClassifier.ts";
export { evaluateMultiLabel, type MultiLabelClassMetrics, type MultiLabelMetrics } from "./evaluateMultiLabel.ts";
export { oneVsRest, type ClassRanking, type OneVsRest, type RankingAverage } from "./oneVsRest.ts";
export {
  precisionRecallF1,
  type PrecisionRecallF1Report,
  type ClassPrecisionRecallF1,
  type PrecisionRecallF1,
} from "./precisionRecallF1.ts";
export { rocAuc, rocCurve, type RocPoint } from "./rocCurve.ts";
export { brierScore, logLoss } from "./scoringRules.ts";
export { predictedClasses, topKAccuracy } from "./topClasses.ts";
