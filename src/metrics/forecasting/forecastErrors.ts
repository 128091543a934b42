import { quantile } from "../../base/statistics.ts";

/** How far forecasts were from what came. Actual values that are NaN are not counted; all is NaN where nothing was. */
export interface ForecastErrors {
  /** Values that were counted. */
  count: number;
  /** Mean absolute error, in the units of the series. */
  mae: number;
  /** The root of the mean squared error. */
  rmse: number;
  /**
   * The symmetric mean absolute percentage error, 0 to 200: the mean of 200 |y - f| / (|y| + |f|), 0 where both are 0
   * (Makridakis, Spiliotis and Assimakopoulos, "The M4 Competition", 2020).
   */
  smape: number;
  /**
   * The mean absolute scaled error: MAE over the scale, see `naiveScale`; under 1 is better than that baseline on the
   * training data (Hyndman and Koehler, "Another look at measures of forecast accuracy", 2006).
   */
  mase: number;
  /** The mean of forecast minus actual: above 0, forecasts are too high. */
  bias: number;
}

/**
 * What MASE divides by: the mean absolute difference of training values a season apart, of those that are known; 1 row for
 * a series without a season. NaN where there is no such pair.
 */
export function naiveScale(values: Float64Array, season = 1): number {
  let [sum, count] = [0, 0];
  for (let i = season; i < values.length; i++) {
    const difference = Math.abs((values[i] as number) - (values[i - season] as number));
    if (Number.isNaN(difference)) continue;
    sum += difference;
    count++;
  }
  return sum / count;
}

/** The errors of forecasts beside what came, value by value. @param scale what MASE divides by */
export function forecastErrors(actual: Float64Array, forecast: Float64Array, scale: number): ForecastErrors {
  let [count, absolute, squared, symmetric, signed] = [0, 0, 0, 0, 0];
  for (let i = 0; i < actual.length; i++) {
    const [y, f] = [actual[i] as number, forecast[i] as number];
    if (Number.isNaN(y)) continue;
    const error = f - y;
    count++;
    absolute += Math.abs(error);
    squared += error * error;
    symmetric += error === 0 ? 0 : (200 * Math.abs(error)) / (Math.abs(y) + Math.abs(f));
    signed += error;
  }
  const mae = absolute / count;
  return {
    count,
    mae,
    rmse: Math.sqrt(squared / count),
    smape: symmetric / count,
    mase: mae / scale,
    bias: signed / count,
  };
}

/** The errors of each step of the horizon: the first, the second … value after the origin, over all windows [n, horizon]. */
export function errorsByStep(
  actual: Float64Array,
  forecast: Float64Array,
  horizon: number,
  scale: number,
): ForecastErrors[] {
  return Array.from({ length: horizon }, (_, step) =>
    forecastErrors(everyNth(actual, step, horizon), everyNth(forecast, step, horizon), scale),
  );
}

/** By how much better than a baseline: 1 - error / its error; 0 is as good, 1 without error, below 0 worse. */
export function skill(error: number, baseline: number): number {
  return 1 - error / baseline;
}

/**
 * For each step of the horizon, the quantiles of actual minus forecast over all windows [n, horizon]: added to later
 * forecasts, they are bounds between which so many values fall, if the series stays what it was. NaN for a step without
 * a known value.
 */
export function residualQuantiles(
  actual: Float64Array,
  forecast: Float64Array,
  horizon: number,
  shares: readonly number[],
): number[][] {
  return Array.from({ length: horizon }, (_, step) => {
    const [y, f] = [everyNth(actual, step, horizon), everyNth(forecast, step, horizon)];
    const residuals = y
      .map((value, i) => value - (f[i] as number))
      .filter((value) => !Number.isNaN(value))
      .sort();
    return shares.map((share) => quantile(residuals, share));
  });
}

/** The share of known values that lie between bounds. */
export function coverage(actual: Float64Array, low: Float64Array, high: Float64Array): number {
  let [inside, count] = [0, 0];
  for (let i = 0; i < actual.length; i++) {
    const value = actual[i] as number;
    if (Number.isNaN(value)) continue;
    count++;
    if (value >= (low[i] as number) && value <= (high[i] as number)) inside++;
  }
  return inside / count;
}

function everyNth(values: Float64Array, first: number, n: number): Float64Array {
  return Float64Array.from(
    { length: Math.ceil((values.length - first) / n) },
    (_, i) => values[first + i * n] as number,
  );
}
