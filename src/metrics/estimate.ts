import { mean, quantile } from "../base/statistics.ts";

/** A number measured on a sample, and how far to trust it. NaN where it could not be measured. */
export interface Estimate {
  /** What the whole sample gives. */
  value: number;
  /** The interval's lower end. */
  low: number;
  /** The interval's upper end. */
  high: number;
  /** Standard deviation of the number over the resamples. */
  standardError: number;
}

/**
 * The percentile interval of a bootstrap: from the (1 - level) / 2 quantile of the resampled values to the
 * (1 + level) / 2 quantile. Resamples where the number could not be measured (NaN) are left out.
 * Reference: B. Efron and R. Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13.
 */
export function percentileInterval(value: number, resampled: Float64Array, level: number): Estimate {
  const sorted = resampled.filter((one) => !Number.isNaN(one)).sort();
  return {
    value,
    low: quantile(sorted, (1 - level) / 2),
    high: quantile(sorted, (1 + level) / 2),
    standardError: standardDeviation(sorted),
  };
}

/**
 * The percentile interval of a share in 0..1, moved by the bootstrap's bias (the mean of the resampled values less the
 * value). For numbers that come out higher the fewer objects there are, as average precision does: resamples repeat
 * objects instead of having new ones, and with many rare classes all of them may lie above the value itself.
 * Reference: as above, chapter 10.
 */
export function centredInterval(value: number, resampled: Float64Array, level: number): Estimate {
  const { low, high, standardError } = percentileInterval(value, resampled, level);
  const bias = mean(resampled.filter((one) => !Number.isNaN(one))) - value;
  return { value, low: Math.max(0, low - bias), high: Math.min(1, high - bias), standardError };
}

/** NaN for fewer than two. */
function standardDeviation(values: Float64Array): number {
  if (values.length < 2) return NaN;
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1));
}
