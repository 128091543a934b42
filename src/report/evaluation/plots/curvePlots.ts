import type { DetectionAnalysis } from "../../../metrics/detection/analysis.ts";
import { asGiven, COLORS, type PlotSpec, share } from "../../page/plot.ts";
import { rate } from "../../page/text.ts";
import { seriesColor } from "../../page/theme.ts";

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
    // Up to the highest recall that is reached: beyond it COCO's precision is 0.
    values.flatMap((precision, i) => (precision > 0 ? [{ recall: curves.recalls[i], precision, color, name }] : [])),
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
        data: { values: [{ confidence }] },
        mark: { type: "rule", strokeDash: [4, 3] },
        encoding: { x: { field: "confidence", ...share("confidence threshold") } },
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

/** Average recall against the number of detections looked at. */
export function averageRecallPlot({ averageRecall: { proposals, averageRecall } }: DetectionAnalysis): PlotSpec {
  return {
    data: { values: proposals.map((count, i) => ({ count, recall: averageRecall[i] })) },
    mark: { type: "line", color: COLORS.series0, point: { filled: true, size: 45, color: COLORS.series0 } },
    encoding: {
      x: {
        ...{ field: "count", type: "quantitative", title: "detections per class and image" },
        scale: { type: "log" },
        axis: { values: proposals, format: "d", grid: false },
      },
      y: { field: "recall", ...share("average recall, IoU 0.5 to 0.95") },
    },
  };
}

/** What a plot says, for those who cannot see it. */
export function curveSummary({ curves }: DetectionAnalysis, shown: readonly number[]): string {
  const areas = shown.map(
    (k) => `${curves.perClass[k]?.name ?? ""} ${rate(curves.perClass[k]?.averagePrecision ?? NaN)}`,
  );
  return `Precision against recall at IoU 0.5. Average precision: ${areas.join(", ")}.`;
}
