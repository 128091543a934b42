import type { CocoComparison } from "../../../metrics/detection/compare.ts";
import type { TideErrorType } from "../../../metrics/detection/tide/tide.ts";
import { asGiven, COLORS, PLOT_WIDTH, type PlotSpec, share } from "../../page/plot.ts";
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
