import type { LabelledClassification } from "../../classification/classifyLabelled.ts";
import type { ClassifierEvaluation } from "../../classification/measure.ts";
import type { ProgressPicture } from "../page/progressFigure.ts";
import type { TrainingRecord } from "../page/trainingFigure.ts";

/** Everything that a classifier's report shows. */
export interface ClassifierReportInput {
  /** What was measured, such as "runs/digits on test". */
  title: string;
  classes: readonly string[];
  /** The very images that were measured, with what they show and what they were taken for. */
  images: readonly LabelledClassification[];
  evaluation: ClassifierEvaluation;
  /** What one of them is called: "image" unless told; "clip", or "frame". */
  noun?: string;
  /** How the training of these weights went, one entry a validation. */
  training?: readonly TrainingRecord[];
  /** What was found during that training. */
  progress?: ProgressPicture;
  /** What the reader should know of the data, one line each. */
  warnings?: readonly string[];
}
