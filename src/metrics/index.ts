export {
  evaluateCoco,
  type ClassMetrics,
  type CocoMetrics,
  type CocoOptions,
  type EvaluationImage,
} from "./detection/coco/coco.ts";
export type { CocoSummary } from "./detection/coco/cocoSummary.ts";
export { expectedCalibrationError, reliability, type ReliabilityBin } from "./calibration.ts";
export * from "./classification/index.ts";
export { type BootstrapOptions } from "./bootstrapOptions.ts";
export {
  type BootstrappedClass,
  type BootstrappedCoco,
  bootstrapCoco,
  type CocoIntervals,
} from "./detection/bootstrap.ts";
export { matchCoco, summarizeCoco } from "./detection/coco/coco.ts";
export { compareCoco, type CocoComparison, type Difference } from "./detection/compare.ts";
export { matchDetections, type DetectionMatches, type MatchOptions } from "./detection/coco/matching.ts";
export { type Estimate } from "./estimate.ts";
export {
  clusteredKolmogorovSmirnov,
  type ClusteredValues,
  gStatistic,
  holm,
  jensenShannonDistance,
  kolmogorovSmirnov,
  type KolmogorovSmirnov,
  meanDiscrepancy,
  type MeanDiscrepancy,
  type PermutationOptions,
  type PermutationResult,
  permutationTest,
  populationStability,
  shareTest,
  totalVariation,
} from "./drift/index.ts";
export * from "./forecasting/index.ts";
export * from "./segmentation/index.ts";
export * from "./text/index.ts";
export {
  type ClassTide,
  type ErrorCost,
  evaluateTide,
  type MissedTruth,
  type Tide,
  type TideErrorType,
  type TideOptions,
  type TideSummary,
  type WrongDetection,
} from "./detection/tide/tide.ts";
export { evaluateSlices, type SliceMetrics, type SliceOptions } from "./detection/slices/sliceMetrics.ts";
export { areaSlice, aspectSlices, fineSizeSlices, sizeSlices, type Slice } from "./detection/slices/slices.ts";
export { crowdingSlices } from "./detection/slices/crowdingSlices.ts";
export { fieldSlices, objectCountSlices } from "./detection/slices/imageSlices.ts";
export {
  averageRecallCurve,
  matchProposals,
  type AverageRecallCurve,
  type ClassAverageRecall,
} from "./detection/coco/averageRecall.ts";
export {
  countingErrors,
  type ClassCountingErrors,
  type CountingErrors,
  type DetectionCounting,
} from "./detection/counting.ts";
export {
  detectionCurves,
  precisionRecallPoints,
  type ClassCurve,
  type ConfidenceCurve,
  type DetectionCurve,
  type DetectionCurves,
} from "./detection/curves.ts";
export {
  detectionCalibration,
  type Calibration,
  type ClassCalibration,
  type DetectionCalibration,
  type DetectionCalibrationOptions,
} from "./detection/detectionCalibration.ts";
export { detectionConfusion, type ConfusionOptions, type DetectionConfusion } from "./detection/detectionConfusion.ts";
export { missRates, type ClassMissRate, type MissRates } from "./detection/missRate.ts";
export {
  operatingPoints,
  type ClassOperatingPoint,
  type OperatingPoint,
  type OperatingPoints,
} from "./detection/operatingPoints.ts";
export {
  evaluateVoc,
  type VocClassMetrics,
  type VocMetrics,
  type VocOptions,
  type VocSummary,
} from "./detection/voc.ts";
export {
  ANALYSIS_SLICES,
  analyzeDetections,
  type AnalysisOptions,
  type DetectionAnalysis,
} from "./detection/analysis.ts";
