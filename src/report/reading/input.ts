import type { ReaderEvaluation } from "../../sequence/reading/measure.ts";
import type { LabelledReading } from "../../sequence/reading/readLabelled.ts";
import type { TrainingRecord } from "../page/trainingFigure.ts";

/** Everything that a reader's report shows. */
export interface ReaderReportInput {
  /** What was measured, such as "runs/plates on test". */
  title: string;
  /** The alphabet. */
  classes: readonly string[];
  /** The very images that were measured, with their texts and what was read. */
  images: readonly LabelledReading[];
  evaluation: ReaderEvaluation;
  /** How the training of these weights went, one entry a validation. */
  training?: readonly TrainingRecord[];
  /** What the reader should know of the data, one line each. */
  warnings?: readonly string[];
}
