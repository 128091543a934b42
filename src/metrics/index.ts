export {
  evaluateCoco,
  type ClassMetrics,
  type CocoMetrics,
  type CocoSummary,
  type EvaluationImage,
} from "./detection/coco.ts";
export { expectedCalibrationError, reliability, type ReliabilityBin } from "./calibration.ts";
export * from "./classification/index.ts";
export {
  type BootstrapOptions,
  type BootstrappedClass,
  type BootstrappedCoco,
  bootstrapCoco,
  type CocoIntervals,
} from "./detection/bootstrap.ts";
export { matchCoco, summarizeCoco } from "./detection/coco.ts";
export { compareCoco, type CocoComparison, type Difference } from "./detection/compare.ts";
export { type DetectionMatches } from "./detection/matching.ts";
export { type Estimate } from "./estimate.ts";
export * from "./segmentation/index.ts";
export {
  type ClassTide,
  type ErrorCost,
  type MissedTruth,
  type Tide,
  type TideErrorType,
  type TideOptions,
  type WrongDetection,
} from "./detection/tide.ts";
