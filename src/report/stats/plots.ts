import type { Bin } from "../../data/stats/histogram.ts";
import type { InputSizeAdvice } from "../../data/stats/inputSizes.ts";
import type { HeatMap } from "../../data/stats/positions.ts";
import type { AnchorAdvice } from "../../detection/boxes/adviseAnchors.ts";
import { asGiven, COLORS, PLOT_WIDTH, type PlotSpec } from "../page/plot.ts";
import { shorten } from "../page/text.ts";

const counts = (title: string): object => ({ type: "quantitative", title, axis: { tickCount: 4, format: "~s" } });

/** Bars of how often each class occurs, in parts of different colours. */
export function classPlot(
  bars: readonly { name: string; counts: readonly { color: string; count: number }[] }[],
  what: "objects" | "images",
): PlotSpec {
  const labels = bars.map(({ name }) => shorten(name, 18));
  const values = bars.flatMap(({ counts: parts }, at) =>
    parts.map(({ color, count }, part) => ({ at, part, color, count })),
  );
  return {
    height: 60 + 22 * bars.length,
    data: { values },
    mark: { type: "bar", height: 14 },
    encoding: {
      y: {
        ...{ field: "at", type: "ordinal", title: null },
        axis: {
          grid: false,
          labelExpr: `${JSON.stringify(labels)}[datum.value]`,
          labelColor: COLORS.ink,
          labelLimit: 150,
        },
      },
      x: { field: "count", ...counts(what) },
      color: asGiven("color"),
      order: { field: "part" },
    },
  };
}

/** A histogram with a bar for each bin. */
export function histogramPlot(bins: readonly Bin[], name: (bin: Bin) => string, x: string, y: string): PlotSpec {
  return {
    data: { values: bins.map((bin) => ({ bin: name(bin), count: bin.count })) },
    mark: { type: "bar", color: COLORS.series0 },
    encoding: {
      x: {
        field: "bin",
        type: "ordinal",
        sort: null,
        title: x,
        axis: { grid: false, labelAngle: bins.length > 6 ? -45 : 0 },
      },
      y: { field: "count", ...counts(y) },
    },
  };
}

/** Where objects are in their image: a cell is stronger the more objects are there. */
export function positionsPlot(positions: HeatMap): PlotSpec {
  const values = positions.flatMap((row, y) => row.map((count, x) => ({ x, y, count })));
  const axis = { type: "ordinal", axis: null };
  return {
    height: (PLOT_WIDTH * 3) / 4,
    data: { values },
    mark: { type: "rect", color: COLORS.series0, stroke: COLORS.card, strokeWidth: 1, cornerRadius: 2 },
    encoding: {
      x: { field: "x", ...axis },
      y: { field: "y", ...axis },
      fillOpacity: strength("count", Math.max(1, ...positions.flat())),
    },
  };
}

/** In how many images classes occur together. */
export function cooccurrencePlot(names: readonly string[], images: readonly (readonly number[])[]): PlotSpec {
  const labels = names.map((name) => shorten(name, 14));
  const values = images.flatMap((row, y) => row.map((count, x) => ({ x, y, count, itself: x === y })));
  const axis = (more: object): object => ({
    ...{ type: "ordinal", title: null },
    axis: {
      grid: false,
      labelExpr: `${JSON.stringify(labels)}[datum.value]`,
      labelColor: COLORS.ink,
      labelLimit: 84,
      ...more,
    },
  });
  const small = names.length > 7;
  return {
    height: Math.min(PLOT_WIDTH, 80 + 50 * names.length),
    data: { values },
    encoding: {
      x: { field: "x", ...axis({ labelAngle: names.length > 4 ? -60 : 0 }) },
      y: { field: "y", ...axis({}) },
    },
    layer: [
      {
        mark: { type: "rect", color: COLORS.series0, cornerRadius: 3, stroke: COLORS.card, strokeWidth: 2 },
        // Half as strong at most: text can be read on it, on a light page and on a dark one.
        encoding: { fillOpacity: strength("count", Math.max(1, ...images.flat()), 0.5) },
      },
      {
        transform: [{ filter: "datum.count > 0" }],
        mark: { type: "text", fontSize: small ? 8.5 : 11.5 },
        encoding: {
          text: { field: "count", format: small ? ".2~s" : "," },
        },
      },
    ],
  };
}

/** The share of objects under 8 and under 16 pixels, by input size; the recommended size has a line. */
export function inputSizePlot({ sizes, recommended }: InputSizeAdvice): PlotSpec {
  const values = sizes.flatMap(({ size, under8, under16 }) => [
    { size, share: under16, color: COLORS.series1 },
    { size, share: under8, color: COLORS.series0 },
  ]);
  const x = {
    ...{ field: "size", type: "quantitative", title: "input size: longer side in pixels" },
    ...{ scale: { zero: false }, axis: { grid: false, format: "d" } },
  };
  const most = Math.max(0.05, ...values.map(({ share }) => share));
  return {
    layer: [
      {
        data: { values },
        mark: { type: "line", point: { filled: true, size: 45 } },
        encoding: {
          x,
          y: {
            ...{ field: "share", type: "quantitative", title: "share of the objects", scale: { domain: [0, most] } },
            axis: { format: ".0%", tickCount: 4 },
          },
          color: asGiven("color"),
        },
      },
      { data: { values: [recommended] }, mark: { type: "rule", strokeDash: [4, 3] }, encoding: { x } },
    ],
  };
}

/** Widths and heights of objects as dots, of anchors as crosses. */
export function anchorsPlot({ widthsHeights, shapes }: AnchorAdvice): PlotSpec {
  const objects: { width: number; height: number }[] = [];
  const step = 2 * Math.max(1, Math.ceil(widthsHeights.length / 2 / MOST_DOTS));
  for (let i = 0; i < widthsHeights.length; i += step) {
    objects.push({ width: rounded(widthsHeights[i]), height: rounded(widthsHeights[i + 1]) });
  }
  const axis = (field: string): object => ({
    ...{ field, type: "quantitative", title: `${field} in pixels of the input` },
    ...{ scale: { type: "log", nice: false, padding: 6 }, axis: { values: POWERS, format: "d" } },
  });
  return {
    height: PLOT_WIDTH,
    encoding: { x: axis("width"), y: axis("height") },
    layer: [
      { data: { values: objects }, mark: { type: "circle", size: 14, opacity: 0.35, color: COLORS.series0 } },
      {
        data: { values: shapes.map(([width, height]) => ({ width, height })) },
        mark: {
          type: "point",
          shape: "cross",
          filled: true,
          size: 120,
          opacity: 1,
          color: COLORS.series1,
          stroke: COLORS.card,
        },
      },
    ],
  };
}

/** How well shapes found by k-means fit, by how many they are. */
export function anchorFitPlot({ fits, fit }: Pick<AnchorAdvice, "fits" | "fit">): PlotSpec {
  const x = {
    ...{ field: "count", type: "quantitative", title: "anchor shapes" },
    ...{
      scale: { zero: false, padding: 8 },
      axis: { grid: false, values: fits.map(({ count }) => count), format: "d" },
    },
  };
  return {
    layer: [
      {
        data: { values: fits },
        mark: { type: "line", color: COLORS.series0, point: { filled: true, size: 45, color: COLORS.series0 } },
        encoding: {
          x,
          y: {
            ...{ field: "meanIou", type: "quantitative", title: "mean best IoU", scale: { zero: false, nice: true } },
            axis: { format: ".2f", tickCount: 5 },
          },
        },
      },
      { data: { values: [fit] }, mark: { type: "rule", strokeDash: [4, 3] }, encoding: { x } },
    ],
  };
}

const MOST_DOTS = 1000;
const POWERS = Array.from({ length: 13 }, (_, i) => 2 ** i);

function rounded(value: number | undefined): number {
  return Number((value ?? 1).toPrecision(3));
}

function strength(field: string, most: number, strongest = 1): object {
  return { field, type: "quantitative", scale: { domain: [0, most], range: [0.05, strongest] }, legend: null };
}
