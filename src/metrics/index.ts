export {
  evaluateCoco,
  type ClassMetrics,
  type CocoMetrics,
  type CocoSummary,
  type EvaluationImage,
} from "./detection/coco.ts";
export { expectedCalibrationError, reliability, type ReliabilityBin } from "./calibration.ts";
export * from "./classification/index.ts";
