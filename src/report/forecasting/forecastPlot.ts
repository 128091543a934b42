import { momentOf } from "../../data/series/times.ts";
import { asGiven, COLORS, type PlotSpec } from "../page/plot.ts";
import type { ColorName } from "../page/theme.ts";

/** Values from a row on: what came, or what was forecast from one origin. */
export interface PlottedValues {
  color: ColorName;
  /** The row of the first one. */
  from: number;
  values: ArrayLike<number>;
  dashed?: boolean;
}

/** Bounds from a row on. */
export interface PlottedBand {
  from: number;
  low: ArrayLike<number>;
  high: ArrayLike<number>;
}

/** Pixels: a plot over time is wider than others. */
export const FORECAST_WIDTH = 900;
const HEIGHT = 300;

/**
 * Values over rows or times, and bands between bounds behind them. What is NaN is left out.
 *
 * @param timeOf the time of a row as the series writes it; rows are numbered from 1 where there is none
 */
export function forecastPlot(
  title: string,
  lines: readonly PlottedValues[],
  bands: readonly PlottedBand[],
  timeOf: ((row: number) => string | undefined) | undefined,
): PlotSpec {
  const isDate = timeOf !== undefined && momentOf(timeOf(lines[0]?.from ?? 0) ?? "")?.kind === "date";
  const at = (row: number): number => momentOf(timeOf?.(row) ?? "")?.value ?? row + 1;
  const points = lines.flatMap(({ from, values, color, dashed = false }, line) =>
    Array.from(values, (value, i) => ({ x: at(from + i), y: value, line, color: COLORS[color], dash: dashed })),
  );
  const bounds = bands.flatMap(({ from, low, high }, band) =>
    Array.from(low, (value, i) => ({ x: at(from + i), low: value, high: high[i] ?? NaN, band })),
  );
  const x = {
    field: "x",
    ...(isDate
      ? { type: "temporal", title: null, scale: { type: "utc" } }
      : { type: "quantitative", title: timeOf ? null : "row", scale: { zero: false, nice: false } }),
    axis: { grid: false, tickCount: 8 },
  };
  const y = (field: string): object => ({ field, type: "quantitative", title, scale: { zero: false } });
  return {
    ...{ width: FORECAST_WIDTH, height: HEIGHT },
    layer: [
      {
        data: { values: bounds.filter(({ low, high }) => Number.isFinite(low) && Number.isFinite(high)) },
        mark: { type: "area", color: COLORS.series1, opacity: 0.16 },
        encoding: { x, y: y("low"), y2: { field: "high" }, detail: { field: "band", type: "nominal" } },
      },
      {
        data: { values: points.filter((point) => Number.isFinite(point.y)) },
        mark: { type: "line", strokeWidth: 1.6 },
        encoding: {
          ...{ x, y: y("y"), color: asGiven("color"), detail: { field: "line", type: "nominal" } },
          strokeDash: {
            field: "dash",
            type: "nominal",
            scale: { domain: [false, true], range: [[], [4, 4]] },
            legend: null,
          },
        },
      },
    ],
  };
}
