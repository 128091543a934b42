export {
  evaluateCoco,
  type ClassMetrics,
  type CocoMetrics,
  type CocoSummary,
  type EvaluationImage,
} from "./detection/coco.ts";
