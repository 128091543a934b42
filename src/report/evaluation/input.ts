import type { DetectionAnalysis } from "../../metrics/detection/analysis.ts";
import type { CocoComparison } from "../../metrics/detection/compare.ts";
import type { DetectionConfusion } from "../../metrics/detection/detectionConfusion.ts";
import type { EvaluationImage } from "../../metrics/detection/evaluationImage.ts";
import type { OperatingPoints } from "../../metrics/detection/operatingPoints.ts";
import type { ProgressPicture } from "../page/progressFigure.ts";
import type { TrainingRecord } from "../page/trainingFigure.ts";

/** What the detections come to that reach given thresholds, one for all classes or one for each. */
export interface AtThresholds {
  /** Which ones: "at the thresholds chosen on val". */
  words: string;
  points: OperatingPoints;
  confusion: DetectionConfusion;
}

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
  /** At thresholds that were asked for, beside the one of highest F1 over all classes. */
  chosen?: AtThresholds;
  /** How the training of these weights went, one entry a validation. */
  training?: readonly TrainingRecord[];
  /** What was found during that training. */
  progress?: ProgressPicture;
  /** What the reader should know of the data, one line each. */
  warnings?: readonly string[];
}
