import type { TrainingRecord } from "../input.ts";
import { asGiven, COLORS, PLOT_WIDTH, type PlotSpec, share } from "../../page/plot.ts";

/** AP and AP50 on the validation images over the epochs, and under them the training loss. */
export function trainingPlot(training: readonly TrainingRecord[]): PlotSpec {
  const x = { field: "epoch", type: "quantitative", title: "epoch", axis: { grid: false } };
  const scores = training.flatMap(({ epoch, AP, AP50 }) => [
    { epoch, value: AP, color: COLORS.series0 },
    { epoch, value: AP50, color: COLORS.series2 },
  ]);
  const point = { filled: true, size: 35 };
  return {
    vconcat: [
      {
        ...{ width: PLOT_WIDTH - 60, height: 140 },
        data: { values: scores.filter(({ value }) => Number.isFinite(value)) },
        mark: { type: "line", point },
        encoding: {
          x: { ...x, title: null },
          y: { field: "value", ...share("on validation images") },
          color: asGiven("color"),
        },
      },
      {
        ...{ width: PLOT_WIDTH - 60, height: 60 },
        data: { values: training.filter(({ loss }) => Number.isFinite(loss)) },
        mark: { type: "line", color: COLORS.series1, point: { ...point, color: COLORS.series1 } },
        encoding: { x, y: { field: "loss", type: "quantitative", title: "loss", axis: { tickCount: 3 } } },
      },
    ],
    autosize: { type: "pad" },
    width: undefined,
    height: undefined,
  };
}
