import type { SegmenterEvaluation } from "../../segmentation/measuring/measure.ts";
import type { InstanceEvaluation } from "../../segmentation/measuring/measureInstances.ts";
import type { ProgressPicture } from "../page/progressFigure.ts";
import type { TrainingRecord } from "../page/trainingFigure.ts";
import type { ShownImage } from "./extremes.ts";

/** Everything that a segmenter's report shows. */
export interface SegmentationReportInput {
  /** What was measured, such as "runs/cells on test". */
  title: string;
  /** Without the background. */
  classes: readonly string[];
  evaluation: SegmenterEvaluation;
  /** Of single objects, where they were measured. */
  instances?: InstanceEvaluation;
  /** The images to show, see Extremes. */
  shown: { worst: readonly ShownImage[]; best: readonly ShownImage[] };
  /** Whether their files are the images; without them, colours are shown on an empty ground. */
  pictures: boolean;
  /** How the training of these weights went, one entry a validation. */
  training?: readonly TrainingRecord[];
  /** What was found during that training. */
  progress?: ProgressPicture;
  /** What the reader should know of the data, one line each. */
  warnings?: readonly string[];
}
