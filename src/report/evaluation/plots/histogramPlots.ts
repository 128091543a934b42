import type { ScoreBin, SizeBin } from "./histograms.ts";
import { COLORS, PLOT_WIDTH, type PlotSpec, share } from "../../page/plot.ts";

const FOUND = { ...share("found"), axis: { values: [0, 0.5, 1], format: ".1f" } };

/** Plots one above the other get no width with their axes: what the axes leave. */
const INNER_WIDTH = PLOT_WIDTH - 62;

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
    autosize: "pad",
    spacing: 8,
    vconcat: [
      {
        ...{ width: INNER_WIDTH, height: 106 },
        transform: [{ filter: "isValid(datum.value)" }],
        encoding: { x: x(null) },
        layer: [
          {
            mark: { type: "rule", color: COLORS.right, strokeWidth: 2 },
            encoding: { y: { field: "low", ...FOUND }, y2: { field: "high" } },
          },
          {
            mark: { type: "point", filled: true, size: 55, opacity: 1, color: COLORS.right },
            encoding: { y: { field: "value", ...FOUND } },
          },
        ],
      },
      {
        ...{ width: INNER_WIDTH, height: 106 },
        transform: [{ fold: ["found", "missed"], as: ["what", "count"] }],
        mark: "bar",
        encoding: {
          x: x("size: square root of the area, in pixels"),
          y: { field: "count", type: "quantitative", title: "objects", axis: { tickCount: 3, format: "~s" } },
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
    ...{ width: INNER_WIDTH, height: 106 },
    layer: [
      {
        data: { values: bins },
        mark: { type: "rect", color: COLORS[field], stroke: COLORS.card, strokeWidth: 1 },
        encoding: {
          x: {
            ...{ field: "from", type: "quantitative", title },
            scale: { domain: [bins[0]?.from ?? 0, bins.at(-1)?.to ?? 1], nice: false },
            axis: { grid: false, format: ".1f", tickCount: 5, ...(title === null && { labels: false }) },
          },
          x2: { field: "to" },
          y: { field, type: "quantitative", title: field, axis: { tickCount: 3, format: "~s" } },
          y2: { datum: 0 },
        },
      },
      {
        data: { values: [{ at: confidence }] },
        mark: { type: "rule", strokeDash: [4, 3] },
        encoding: { x: { field: "at", type: "quantitative" } },
      },
    ],
  });
  return { autosize: "pad", spacing: 8, vconcat: [half("right", null), half("wrong", "score")] };
}
