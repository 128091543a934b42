import { sum } from "../../base/statistics.ts";
import { count } from "../../base/words.ts";
import { asGiven, COLORS, PLOT_HEIGHT, PLOT_WIDTH, type PlotSpec } from "./plot.ts";
import { shorten } from "./text.ts";

export interface ConfusionOptions {
  /** What the columns are: "reported as". */
  column: string;
  /** The last row and column stand for no object at all: their common cell means nothing. */
  background?: boolean;
  /** Width with the axes, in pixels. */
  width?: number;
}

/**
 * How often each true class (rows) was called each class (columns): counts, and the darker a cell, the larger its share
 * of the row.
 */
export function confusionPlot(
  matrix: readonly (readonly number[])[],
  labels: readonly string[],
  { column, background = false, width = PLOT_WIDTH }: ConfusionOptions,
): PlotSpec {
  const last = labels.length - 1;
  const step = (width - 110) / labels.length;
  const fontSize = step < 24 ? 8 : 11.5;
  const cells = matrix.flatMap((row, truth) => {
    const total = sum(row);
    return row.map((value, predicted) => ({
      ...{ truth, predicted, value, share: total === 0 ? 0 : value / total },
      text: fitCount(value, step / (fontSize * 0.6)),
      color: truth === predicted ? COLORS.right : COLORS.wrong,
    }));
  });
  const names = labels.map((label) => shorten(label, 14));
  const axis = (title: string, more: object): object => ({
    type: "ordinal",
    title,
    axis: {
      grid: false,
      labelExpr: `${JSON.stringify(names)}[datum.value]`,
      labelLimit: 84,
      labelColor: COLORS.ink,
      labelOverlap: false,
      ...more,
    },
  });
  const longest = Math.max(...names.map((name) => name.length));
  return {
    width,
    height: width > PLOT_WIDTH ? width : Math.min(PLOT_WIDTH, Math.max(PLOT_HEIGHT, 80 + 28 * labels.length)),
    data: { values: cells.filter(({ truth, predicted }) => !background || truth !== last || predicted !== last) },
    encoding: {
      x: { field: "predicted", ...axis(column, { labelAngle: longest * LETTER > step ? -60 : 0 }) },
      y: { field: "truth", ...axis("really is", {}) },
    },
    layer: [
      {
        mark: { type: "rect", cornerRadius: 3, stroke: COLORS.card, strokeWidth: step < 24 ? 1 : 2 },
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
        mark: { type: "text", fontSize },
        encoding: {
          text: { field: "text" },
          color: { condition: { test: "datum.share > 0.55", value: COLORS.card }, value: COLORS.ink },
        },
      },
    ],
  };
}

/** Width of a letter of the axes, in pixels. */
const LETTER = 7;

/** 1234 -> "1,234", or "1.2K" where only so many letters have room. */
function fitCount(value: number, letters: number): string {
  const exact = count(value);
  if (exact.length <= letters) return exact;
  return value.toLocaleString("en-US", { notation: "compact", maximumSignificantDigits: 2 });
}

/**
 * The first so many classes of a matrix, as far as they occur, those first that are most often taken for others of them
 * or others for them; what is taken for the background behind them is no such confusion.
 */
export function mostConfused(matrix: readonly (readonly number[])[], classes: number): number[] {
  const confused = Array.from({ length: classes }, (_, k) => {
    const row = matrix[k] ?? [];
    const others = matrix.slice(0, classes).reduce((sum, other, j) => (j === k ? sum : sum + (other[k] ?? 0)), 0);
    const total = matrix.reduce((sum, other) => sum + (other[k] ?? 0), 0) + row.reduce((sum, value) => sum + value, 0);
    return {
      k,
      total,
      errors: others + row.reduce((sum, value, j) => (j === k || j === classes ? sum : sum + value), 0),
    };
  });
  return confused
    .filter(({ total }) => total > 0)
    .sort((a, b) => b.errors - a.errors || b.total - a.total)
    .map(({ k }) => k);
}

/** The part of a matrix that is shown. */
export interface ConfusedPart {
  /** Counts of the classes that are shown, in the order of the classes. */
  cells: number[][];
  labels: string[];
  /** What lies on its diagonal. */
  right: number;
}

/** The most confused classes of a matrix, at most so many; undefined where none occurs. */
export function confusedPart(
  matrix: readonly (readonly number[])[],
  classes: readonly { name: string }[],
  most: number,
): ConfusedPart | undefined {
  const shown = mostConfused(matrix, classes.length)
    .slice(0, most)
    .sort((a, b) => a - b);
  if (shown.length === 0) return undefined;
  return {
    cells: shown.map((row) => shown.map((column) => matrix[row]?.[column] ?? 0)),
    labels: shown.map((k) => classes[k]?.name ?? ""),
    right: shown.reduce((sum, k) => sum + (matrix[k]?.[k] ?? 0), 0),
  };
}
