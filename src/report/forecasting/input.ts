import type { Series } from "../../data/dataset.ts";
import type { ForecasterDescription } from "../../sequence/forecasting/description.ts";
import type { ForecasterEvaluation, ForecastRows } from "../../sequence/forecasting/measure.ts";
import type { TrainingRecord } from "../page/trainingFigure.ts";

/** Everything that a forecaster's report shows. */
export interface ForecasterReportInput {
  /** What was measured, such as "runs/co2 on test". */
  title: string;
  description: ForecasterDescription;
  series: Series;
  /** The very forecasts that were measured. */
  rows: ForecastRows;
  evaluation: ForecasterEvaluation;
  /** How the training of these weights went, one entry a validation. */
  training?: readonly TrainingRecord[];
  /** What the reader should know of the data, one line each. */
  warnings?: readonly string[];
}
