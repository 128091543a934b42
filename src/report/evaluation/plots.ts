import type { DetectionAnalysis } from "../../metrics/detection/analysis.ts";
import type { CocoComparison } from "../../metrics/detection/compare.ts";
import type { ReliabilityBin } from "../../metrics/calibration.ts";
import type { TideErrorType } from "../../metrics/detection/tide.ts";
import type { ScoreBin, SizeBin } from "./histograms.ts";
import { COLORS, PLOT_WIDTH, type PlotSpec } from "./plot.ts";
import { rate, shorten } from "./text.ts";
import { seriesColor } from "./theme.ts";
import { wilsonInterval } from "./wilson.ts";

const share = (title: string, more: object = {}): object => ({
  type: "quantitative",
  title,
  scale: { domain: [0, 1] },
  axis: { values: [0, 0.2, 0.4, 0.6, 0.8, 1], format: ".1f" },
  ...more,
});

/** Colours as they are: the field holds them. */
const asGiven = (field: string): object => ({ field, type: "nominal", scale: null });

/** Precision against recall at IoU 0.5, one line for all detections together (bold) and one for each class shown. */
export function precisionRecallPlot({ curves }: DetectionAnalysis, shown: readonly number[]): PlotSpec {
  const lines = [
    ...shown.map((k, i) => ({
      values: curves.perClass[k]?.precisionAtRecall ?? [],
      color: COLORS[seriesColor(i)],
      name: `c${k}`,
    })),
    ...(shown.length === 1 ? [] : [{ values: curves.pooled.precisionAtRecall, color: COLORS.ink, name: "all" }]),
  ];
  const values = lines.flatMap(({ values, color, name }) =>
    values.map((precision, i) => ({ recall: curves.recalls[i], precision, color, name })),
  );
  return {
    data: { values },
    mark: { type: "line", interpolate: "step-before" },
    encoding: {
      x: { field: "recall", ...share("recall: share of objects found") },
      y: { field: "precision", ...share("precision: share that is right") },
      color: asGiven("color"),
      detail: { field: "name", type: "nominal" },
      strokeWidth: { condition: { test: "datum.name === 'all'", value: 3 }, value: 1.75 },
    },
  };
}

/** Precision, recall and F1 of all detections together against the confidence threshold; a line at the one shown. */
export function confidencePlot({ curves }: DetectionAnalysis, confidence: number): PlotSpec {
  const { confidence: at, precision, recall, f1 } = curves.pooled.byConfidence;
  const line = (name: string, values: readonly number[], color: string): object[] =>
    values.flatMap((value, i) => (Number.isFinite(value) ? [{ confidence: at[i], value, name, color }] : []));
  const values = [
    ...line("precision", precision, COLORS.series0),
    ...line("recall", recall, COLORS.series1),
    ...line("f1", f1, COLORS.series2),
  ];
  return {
    layer: [
      {
        data: { values: [{ at: confidence }] },
        mark: { type: "rule", strokeDash: [4, 3] },
        encoding: { x: { field: "at" } },
      },
      {
        data: { values },
        mark: "line",
        encoding: {
          x: { field: "confidence", ...share("confidence threshold") },
          y: { field: "value", ...share("") },
          color: asGiven("color"),
          detail: { field: "name", type: "nominal" },
          strokeWidth: { condition: { test: "datum.name === 'f1'", value: 3 }, value: 1.75 },
        },
      },
    ],
  };
}

/** What each kind of error costs, as points of AP50. */
export function tidePlot(
  bars: readonly { type: TideErrorType; label: string; count: number; points: number; text: string }[],
): PlotSpec {
  const values = bars.map((bar) => ({ ...bar, color: bar.type === "missed" ? COLORS.missed : COLORS.wrong }));
  const y = { field: "label", type: "nominal", sort: null, title: null, axis: { grid: false, labelColor: COLORS.ink } };
  const most = Math.max(0.01, ...bars.map((bar) => bar.points));
  const x = { field: "points", type: "quantitative", title: "AP50 points lost", scale: { domain: [0, most * 1.45] } };
  return {
    width: PLOT_WIDTH - 50,
    height: { step: 31 },
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
    const sum = row.reduce((total, value) => total + value, 0);
    return row.map((value, predicted) => ({
      ...{ truth, predicted, value, share: sum === 0 ? 0 : value / sum },
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
      labelLimit: 90,
      labelColor: COLORS.ink,
      ...more,
    },
  });
  const step = Math.max(14, Math.min(64, Math.floor((PLOT_WIDTH - 20) / labels.length)));
  return {
    width: { step },
    height: { step: Math.min(step, 48) },
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
        mark: { type: "text", fontSize: step < 24 ? 8.5 : 11.5 },
        encoding: {
          text: { field: "value", format: step < 34 ? ".2~s" : "," },
          color: { condition: { test: "datum.share > 0.55", value: COLORS.card }, value: COLORS.ink },
        },
      },
    ],
  };
}

/** Above: the share of objects found, by size, with intervals; below: how many objects there are. */
export function sizePlot(bins: readonly SizeBin[]): PlotSpec {
  const values = bins.map(({ from, to, found, missed, recall }) => ({
    ...{ found, missed, ...recall, size: to === Infinity ? `${from}+` : `${from}–${to}` },
  }));
  const x = (title: string | null): object => ({
    ...{ field: "size", type: "ordinal", sort: null, title },
    axis: { grid: false, labelAngle: bins.length > 6 ? -45 : 0, ...(title === null && { labels: false }) },
  });
  return {
    data: { values },
    spacing: 8,
    vconcat: [
      {
        ...{ width: PLOT_WIDTH, height: 90 },
        transform: [{ filter: "isValid(datum.value)" }],
        encoding: { x: x(null) },
        layer: [
          {
            mark: { type: "rule", color: COLORS.right, strokeWidth: 2 },
            encoding: { y: { field: "low", ...share("found") }, y2: { field: "high" } },
          },
          {
            mark: { type: "point", filled: true, size: 55, opacity: 1, color: COLORS.right },
            encoding: { y: { field: "value", ...share("found") } },
          },
        ],
      },
      {
        ...{ width: PLOT_WIDTH, height: 90 },
        transform: [{ fold: ["found", "missed"], as: ["what", "count"] }],
        mark: "bar",
        encoding: {
          x: x("size: square root of the area, in pixels"),
          y: { field: "count", type: "quantitative", title: "objects", axis: { tickCount: 3 } },
          color: {
            ...{ field: "what", type: "nominal", legend: null },
            scale: { domain: ["found", "missed"], range: [COLORS.right, COLORS.missed] },
          },
          order: { field: "what" },
        },
      },
    ],
  };
}

/** Above: how many right detections have each score; below: how many wrong ones. */
export function scorePlot(bins: readonly ScoreBin[], confidence: number): PlotSpec {
  const half = (field: "right" | "wrong", title: string | null): object => ({
    ...{ width: PLOT_WIDTH, height: 85 },
    layer: [
      {
        data: { values: bins },
        mark: { type: "bar", color: COLORS[field], binSpacing: 1 },
        encoding: {
          x: {
            ...{ field: "from", type: "quantitative", bin: "binned", title },
            scale: { domain: [bins[0]?.from ?? 0, bins.at(-1)?.to ?? 1], nice: false },
            axis: { grid: false, format: ".1f", tickCount: 5, ...(title === null && { labels: false }) },
          },
          x2: { field: "to" },
          y: { field: field, type: "quantitative", title: field, axis: { tickCount: 3, format: "~s" } },
        },
      },
      {
        data: { values: [{ at: confidence }] },
        mark: { type: "rule", strokeDash: [4, 3] },
        encoding: { x: { field: "at", type: "quantitative" } },
      },
    ],
  });
  return { spacing: 8, vconcat: [half("right", null), half("wrong", "score")] };
}

/** The share of detections that were right against what their scores promise, with intervals. */
export function calibrationPlot(bins: readonly ReliabilityBin[]): PlotSpec {
  const values = bins
    .filter(({ count }) => count > 0)
    .map(({ count, meanScore, accuracy }) => ({
      ...wilsonInterval(Math.round(accuracy * count), count),
      meanScore,
      color: accuracy < meanScore ? COLORS.wrong : COLORS.series0,
    }));
  const x = { field: "meanScore", ...share("mean score") };
  return {
    layer: [
      {
        data: {
          values: [
            { x: 0, y: 0 },
            { x: 1, y: 1 },
          ],
        },
        mark: { type: "line", color: COLORS.muted, strokeDash: [4, 3], strokeWidth: 1 },
        encoding: { x: { field: "x", type: "quantitative" }, y: { field: "y", type: "quantitative" } },
      },
      {
        data: { values },
        encoding: { x, color: asGiven("color") },
        layer: [
          {
            mark: { type: "rule", strokeWidth: 2 },
            encoding: { y: { field: "low", ...share("share that is right") }, y2: { field: "high" } },
          },
          {
            mark: { type: "point", filled: true, size: 55, opacity: 1 },
            encoding: { y: { field: "value", ...share("share that is right") } },
          },
        ],
      },
    ],
  };
}

/** Average recall against the number of detections looked at. */
export function averageRecallPlot({ averageRecall: { proposals, averageRecall } }: DetectionAnalysis): PlotSpec {
  return {
    data: { values: proposals.map((count, i) => ({ count, recall: averageRecall[i] })) },
    mark: { type: "line", color: COLORS.series0, point: { filled: true, size: 45, color: COLORS.series0 } },
    encoding: {
      x: {
        ...{ field: "count", type: "quantitative", title: "detections of a class in an image" },
        scale: { type: "log" },
        axis: { values: proposals, format: "d", grid: false },
      },
      y: { field: "recall", ...share("average recall, IoU 0.5 to 0.95") },
    },
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
    width: PLOT_WIDTH - 40,
    height: { step: 28 },
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

/** What a plot says, for those who cannot see it. */
export function curveSummary({ curves }: DetectionAnalysis, shown: readonly number[]): string {
  const areas = shown.map(
    (k) => `${curves.perClass[k]?.name ?? ""} ${rate(curves.perClass[k]?.averagePrecision ?? NaN)}`,
  );
  return `Precision against recall at IoU 0.5. Average precision: ${areas.join(", ")}.`;
}
