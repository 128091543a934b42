import { type MeasuredColumn, boundsOf, rivalOf } from "../../sequence/forecasting/measure.ts";
import { drawFigures, type Figure, type FigureDraft } from "../page/figure.ts";
import { asGiven, COLORS, type PlotSpec } from "../page/plot.ts";
import { rate, shorten } from "../page/text.ts";
import { seriesColor } from "../page/theme.ts";
import { trainingFigure } from "../page/trainingFigure.ts";
import { FORECAST_WIDTH, forecastPlot } from "./forecastPlot.ts";
import type { ForecasterReportInput } from "./input.ts";

/** Columns that are drawn, and rows of each, at most: the last ones. */
const [MOST_COLUMNS, MOST_ROWS] = [4, 400];

/** All plots of an evaluation, in the order in which they are looked at. */
export async function figuresOf(input: ForecasterReportInput): Promise<Figure[]> {
  const { evaluation, training = [] } = input;
  const drawn = evaluation.columns.slice(0, MOST_COLUMNS);
  const drafts = [
    ...drawn.map((_, c) => forecasts(input, c)),
    ...drawn.map(errorsAhead),
    trainingFigure(
      training,
      [
        { key: "mase", name: "MASE" },
        { key: "skill", name: "skill" },
      ],
      "free",
    ),
  ].filter((draft) => draft !== undefined);
  return drawFigures(drafts);
}

/** What came, and the forecasts that follow on one another, from as many origins as there is room for. */
function forecasts({ series, rows, description }: ForecasterReportInput, c: number): FigureDraft {
  const { origins, windows, forecasts: all } = rows;
  const { horizon, columns, season, intervals } = description;
  const name = columns[c]?.name ?? "";
  const last = origins.length - 1;
  const shown = Array.from(
    { length: Math.ceil(Math.min(MOST_ROWS, origins.length) / horizon) },
    (_, i) => last - i * horizon,
  )
    .filter((i) => i >= 0)
    .reverse();
  const from = (origins[shown[0] ?? 0] ?? 0) - horizon;
  const to = (origins[last] ?? 0) + horizon;
  const at = series.columns.indexOf(name);
  const came = Float64Array.from(
    { length: to - Math.max(0, from) },
    (_, i) => series.values[Math.max(0, from) + i]?.[at] ?? NaN,
  );
  const pieces = shown.map((i) => {
    const values = (all[c] as Float64Array).subarray(i * horizon, (i + 1) * horizon);
    const origin = origins[i] ?? 0;
    return {
      origin,
      values,
      baseline: windows.baseline(rivalOf(season), c, origin),
      bounds: intervals && boundsOf(values, intervals[c] ?? []),
    };
  });
  const { times } = series;
  return {
    title: `${shorten(name, 40)}: what came, and what was forecast`,
    note: `Each piece is forecast at once, from what came before it.${intervals ? " Between the bounds, four of five values fell on the validation rows." : ""} Dashed: the ${WORDS[rivalOf(season)]}.`,
    legend: [
      { name: "what came", color: "series7" },
      { name: "forecast", color: "series1" },
      { name: WORDS[rivalOf(season)] ?? "", color: "series0" },
    ],
    label: `${shorten(name, 40)} over time with its forecasts.`,
    width: FORECAST_WIDTH,
    specs: [
      forecastPlot(
        shorten(name, 40),
        [
          { color: "series7", from: Math.max(0, from), values: came },
          ...pieces.map(({ origin, baseline }) => ({
            color: "series0" as const,
            from: origin,
            values: baseline,
            dashed: true,
          })),
          ...pieces.map(({ origin, values }) => ({ color: "series1" as const, from: origin, values })),
        ],
        pieces.flatMap(({ origin, bounds }) => (bounds ? [{ from: origin, ...bounds }] : [])),
        times && ((row) => times[row]),
      ),
    ],
  };
}

/** What forecasts are called in words. */
export const WORDS: Readonly<Record<string, string>> = {
  model: "model",
  last: "last value",
  drift: "drift",
  seasonal: "value a season ago",
  "seasonal-change": "value a season ago, with the change since",
};

function errorsAhead({ name, model, baselines }: MeasuredColumn): FigureDraft | undefined {
  if (model.steps.length < 2) return undefined;
  const lines = [model, ...baselines].map((one, i) => ({
    ...one,
    color: i === 0 ? "series1" : seriesColor(i === 1 ? 0 : i),
  }));
  return {
    title: `${shorten(name, 40)}: the error, step by step ahead`,
    note: "Mean absolute error of the first, second … value after the last known one, of the model and of forecasts that need none.",
    legend: lines.map((one) => ({ name: WORDS[one.name] ?? one.name, color: one.color })),
    label: `Mean absolute error of the model: ${model.steps
      .map(({ mae }, h) => `${rate(mae)} at step ${h + 1}`)
      .slice(0, 24)
      .join(", ")}.`,
    specs: [
      stepPlot(
        lines.flatMap(({ steps, color }) => steps.map(({ mae }, h) => ({ step: h + 1, mae, color: COLORS[color] }))),
      ),
    ],
  };
}

function stepPlot(values: readonly { step: number; mae: number; color: string }[]): PlotSpec {
  return {
    data: { values: values.filter(({ mae }) => Number.isFinite(mae)) },
    mark: { type: "line" },
    encoding: {
      x: {
        field: "step",
        type: "quantitative",
        title: "rows ahead",
        axis: { grid: false, format: "d", tickMinStep: 1 },
        scale: { nice: false, zero: false },
      },
      y: { field: "mae", type: "quantitative", title: "mean absolute error" },
      color: asGiven("color"),
    },
  };
}
