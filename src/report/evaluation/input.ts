import type { DetectionAnalysis } from "../../metrics/detection/analysis.ts";
import type { CocoComparison } from "../../metrics/detection/compare.ts";
import type { EvaluationImage } from "../../metrics/detection/evaluationImage.ts";
import type { TrainingRecord } from "../page/trainingFigure.ts";

/** Everything that an evaluation report shows. */
export interface EvaluationReportInput {
  /** What was measured, such as "runs/cells on test". */
  title: string;
  classes: readonly string[];
  /**
   * The very images that were analysed, in the same order. Each is shown under its file name, else its id. Without a
   * picture that can be read, boxes are drawn on an empty canvas of the image's size, or as far as they reach.
   */
  images: readonly EvaluationImage[];
  analysis: DetectionAnalysis;
  /** The difference to other predictions for the same images: these are A, the others B. */
  comparison?: { against: string; difference: CocoComparison };
  /** How the training of these weights went, one entry a validation. */
  training?: readonly TrainingRecord[];
  /** What the reader should know of the data, one line each. */
  warnings?: readonly string[];
}
