/**
 * Forecasts that need no model, of the `horizon` values from row `origin` on, given the rows before it (Hyndman and
 * Athanasopoulos, "Forecasting: Principles and Practice", 3rd edition, 5.2):
 *
 * - last: the last value;
 * - seasonal: the value at the same time a season ago (the last value, where the season is one row);
 * - drift: the last value, and on along the line from the first one to it;
 * - seasonal-change: the value a season ago, and what the series has changed by in the season until now.
 */
export const BASELINES: Readonly<Record<BaselineName, Baseline>> = {
  last: (values, { origin, horizon }) => new Float64Array(horizon).fill(values[origin - 1] as number),
  seasonal: (values, { origin, horizon, season }) => seasonAgo(values, origin, horizon, season),
  drift(values, { origin, horizon }) {
    const last = values[origin - 1] as number;
    const slope = origin > 1 ? (last - (values[0] as number)) / (origin - 1) : 0;
    return Float64Array.from({ length: horizon }, (_, h) => last + (h + 1) * slope);
  },
  "seasonal-change"(values, { origin, horizon, season }) {
    const change = (values[origin - 1] as number) - (values[origin - 1 - season] as number);
    return seasonAgo(values, origin, horizon, season).map((value, h) => value + change * (1 + Math.floor(h / season)));
  },
};

export type BaselineName = "last" | "seasonal" | "drift" | "seasonal-change";

/** The `horizon` values from row `origin` on, out of the rows before it. */
export type Baseline = (values: Float64Array, at: BaselineWindow) => Float64Array;

export interface BaselineWindow {
  /** The first row that is forecast. */
  origin: number;
  /** How many rows are. */
  horizon: number;
  /** Rows of a season; 1 for none. */
  season: number;
}

/** Rows before the origin that every baseline needs. */
export function baselineReach(season: number): number {
  return season + 1;
}

/** For steps beyond a season, the last one again. */
function seasonAgo(values: Float64Array, origin: number, horizon: number, season: number): Float64Array {
  return Float64Array.from({ length: horizon }, (_, h) => values[origin - season + (h % season)] as number);
}
