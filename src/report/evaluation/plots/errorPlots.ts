import { sum } from "../../../base/statistics.ts";
import type { CocoComparison } from "../../../metrics/detection/compare.ts";
import type { TideErrorType } from "../../../metrics/detection/tide/tide.ts";
import { asGiven, COLORS, PLOT_HEIGHT, PLOT_WIDTH, type PlotSpec, share } from "../../page/plot.ts";
import { count } from "../../../base/words.ts";
import { shorten } from "../../page/text.ts";

/** What each kind of error costs, as points of AP50. */
export function tidePlot(
  bars: readonly { type: TideErrorType; label: string; count: number; points: number; text: string }[],
): PlotSpec {
  const values = bars.map((bar) => ({ ...bar, color: bar.type === "missed" ? COLORS.missed : COLORS.wrong }));
  const y = { field: "label", type: "nominal", sort: null, title: null, axis: { grid: false, labelColor: COLORS.ink } };
  const most = Math.max(0.01, ...bars.map((bar) => bar.points));
  const x = { field: "points", type: "quantitative", title: "AP50 points lost", scale: { domain: [0, most * 1.75] } };
  return {
    data: { values },
    encoding: { y },
    layer: [
      { mark: { type: "bar", height: 18 }, encoding: { x, color: asGiven("color") } },
      { mark: { type: "text", align: "left", dx: 6 }, encoding: { x, text: { field: "text" } } },
    ],
  };
}

/** How often each true class (rows) was called each class (columns); `labels` ends with background. */
export function confusionPlot(matrix: readonly (readonly number[])[], labels: readonly string[]): PlotSpec {
  const last = labels.length - 1;
  const cells = matrix.flatMap((row, truth) => {
    const total = sum(row);
    return row.map((value, predicted) => ({
      ...{ truth, predicted, value, share: total === 0 ? 0 : value / total },
      color: truth === predicted ? COLORS.right : COLORS.wrong,
    }));
  });
  const names = labels.map((label) => shorten(label, 14));
  const axis = (title: string, lastName: string, more: object): object => ({
    type: "ordinal",
    title,
    axis: {
      grid: false,
      labelExpr: `${JSON.stringify([...names.slice(0, last), lastName])}[datum.value]`,
      labelLimit: 84,
      labelColor: COLORS.ink,
      ...more,
    },
  });
  const step = (PLOT_WIDTH - 110) / labels.length;
  return {
    height: Math.min(PLOT_WIDTH, Math.max(PLOT_HEIGHT, 80 + 28 * labels.length)),
    data: { values: cells.filter(({ truth, predicted }) => truth !== last || predicted !== last) },
    encoding: {
      x: { field: "predicted", ...axis("reported as", "nothing", { labelAngle: labels.length > 5 ? -60 : 0 }) },
      y: { field: "truth", ...axis("really is", "nothing", {}) },
    },
    layer: [
      {
        mark: { type: "rect", cornerRadius: 3, stroke: COLORS.card, strokeWidth: 2 },
        encoding: {
          color: asGiven("color"),
          fillOpacity: {
            field: "share",
            type: "quantitative",
            scale: { domain: [0, 1], range: [0.07, 1] },
            legend: null,
          },
        },
      },
      {
        transform: [{ filter: "datum.value > 0" }],
        mark: { type: "text", fontSize: step < 24 ? 8 : 11.5 },
        encoding: {
          text: { field: "value", format: step < 34 ? ".2~s" : "," },
          color: { condition: { test: "datum.share > 0.55", value: COLORS.card }, value: COLORS.ink },
        },
      },
    ],
  };
}

/** The difference to other predictions, with its interval, in points. */
export function comparisonPlot(difference: CocoComparison): PlotSpec {
  const names = ["AP", "AP50", "AP75", "APsmall", "APmedium", "APlarge", "AR100"] as const;
  const values = names
    .map((name) => ({ name, ...difference[name] }))
    .filter(({ value }) => Number.isFinite(value))
    .map(({ name, value, low, high, verdict }) => ({
      ...{ name, value: value * 100, low: low * 100, high: high * 100 },
      color: verdict === "A better" ? COLORS.right : verdict === "B better" ? COLORS.wrong : COLORS.muted,
    }));
  const title = "difference in points: right of 0 is better";
  return {
    data: { values },
    encoding: {
      y: { field: "name", type: "nominal", sort: null, title: null, axis: { grid: false, labelColor: COLORS.ink } },
    },
    layer: [
      {
        data: { values: [{ zero: 0 }] },
        mark: "rule",
        encoding: { x: { field: "zero", type: "quantitative" }, y: null },
      },
      {
        mark: { type: "rule", strokeWidth: 2 },
        encoding: { x: { field: "low", type: "quantitative", title }, x2: { field: "high" }, color: asGiven("color") },
      },
      {
        mark: { type: "point", filled: true, size: 60, opacity: 1 },
        encoding: { x: { field: "value", type: "quantitative", title }, color: asGiven("color") },
      },
    ],
  };
}

/** Slices of one kind, such as sizes. */
export interface SliceGroup {
  name: string;
  slices: readonly { name: string; truths: number; AP50: number }[];
}

/** AP50 of each slice (and how many objects it has); a dashed line at the AP50 of all. */
export function slicePlot({ name, slices }: SliceGroup, all: number): PlotSpec {
  const labels = slices.map((slice) => `${shorten(slice.name, 18)} (${count(slice.truths)})`);
  const x = { field: "AP50", ...share("AP50") };
  const y = {
    ...{ field: "slice", type: "ordinal", title: null },
    axis: { grid: false, labelExpr: `${JSON.stringify(labels)}[datum.value]`, labelColor: COLORS.ink, labelLimit: 170 },
  };
  return {
    title: { text: shorten(name, 40), anchor: "start", fontSize: 12, color: COLORS.ink },
    width: PLOT_WIDTH - 70, // four of them beside each other
    height: 70 + 24 * slices.length,
    layer: [
      {
        data: { values: slices.map(({ AP50 }, slice) => ({ slice, AP50 })) },
        mark: { type: "bar", height: 12, color: COLORS.series0 },
        encoding: { x, y },
      },
      { data: { values: [{ AP50: all }] }, mark: { type: "rule", strokeDash: [4, 3] }, encoding: { x } },
    ],
  };
}
