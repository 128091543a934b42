import type { TrainingRecord } from "../input.ts";
import { asGiven, COLORS, PLOT_WIDTH, type PlotSpec, share } from "../../page/plot.ts";

/** AP and AP50 on the validation images over the epochs, and under them the loss in training and on those images. */
export function trainingPlot(training: readonly TrainingRecord[]): PlotSpec {
  const x = { field: "epoch", type: "quantitative", title: "epoch", axis: { grid: false } };
  const scores = training.flatMap(({ epoch, AP, AP50 }) => [
    { epoch, value: AP, color: COLORS.series0 },
    { epoch, value: AP50, color: COLORS.series2 },
  ]);
  const losses = training.flatMap(({ epoch, loss, validationLoss = NaN }) => [
    { epoch, value: loss, color: COLORS.series1 },
    { epoch, value: validationLoss, color: COLORS.series3 },
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
        data: { values: losses.filter(({ value }) => Number.isFinite(value)) },
        mark: { type: "line", point },
        encoding: {
          x,
          y: { field: "value", type: "quantitative", title: "loss", axis: { tickCount: 3 } },
          color: asGiven("color"),
        },
      },
    ],
    autosize: { type: "pad" },
    width: undefined,
    height: undefined,
  };
}
