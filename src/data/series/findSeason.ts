import { mean } from "../../base/statistics.ts";

/** A season that was found, and how alike values a season apart are: their autocorrelation, up to 1. */
export interface FoundSeason {
  rows: number;
  correlation: number;
}

/** A season repeats at least so many times in what is looked at, and its values are alike by so much. */
const [LEAST_REPEATS, LEAST_CORRELATION] = [3, 0.3];
/** A peak rises above the lowest correlation before it by so much, and by so many standard errors: 1 / sqrt(rows) each. */
const [LEAST_RISE, LEAST_ERRORS] = [0.05, 3];
/** Only so many of the last rows are looked at, and seasons up to so many rows. */
const [MOST_ROWS, LONGEST] = [20_000, 2000];
/** Twice a season is one, too: the shortest is taken that is about as good as the best. */
const ABOUT_AS_GOOD = 0.9;

/**
 * The season of values without gaps: the lag at which their autocorrelation, after a parabola is taken off for the trend,
 * has a peak that is the highest, or nearly so at a shorter lag. Undefined where no peak is high enough, or stands out: the
 * correlation of what changes slowly falls slowly, with bumps that mean nothing.
 */
export function findSeason(values: Float64Array): FoundSeason | undefined {
  const rest = withoutTrend(values.subarray(-MOST_ROWS));
  const energy = rest.reduce((sum, value) => sum + value * value, 0);
  if (!(energy > 1e-18 * values.reduce((sum, value) => sum + value * value, 0))) return undefined;
  const longest = Math.min(LONGEST, Math.floor(rest.length / LEAST_REPEATS));
  const correlations = Array.from({ length: longest + 2 }, (_, lag) => correlationAt(rest, lag, energy));
  const rise = Math.max(LEAST_RISE, LEAST_ERRORS / Math.sqrt(rest.length));
  let lowest = Infinity;
  const peaks = correlations.flatMap((correlation, rows) => {
    const [before = Infinity, after = Infinity] = [correlations[rows - 1], correlations[rows + 1]];
    const isPeak = rows > 1 && rows <= longest && correlation > before && correlation >= after;
    lowest = Math.min(lowest, correlation);
    return isPeak && correlation >= Math.max(LEAST_CORRELATION, lowest + rise) ? [{ rows, correlation }] : [];
  });
  const best = Math.max(...peaks.map(({ correlation }) => correlation));
  const first = peaks.find(({ correlation }) => correlation >= ABOUT_AS_GOOD * best);
  if (!first) return undefined;
  const around = peaks.filter(({ rows }) => rows >= first.rows && rows < 1.5 * first.rows); // bumps of one wide peak
  return around.reduce((a, b) => (b.correlation > a.correlation ? b : a));
}

/** The autocorrelation at a lag, as if the pairs that overlap stood for all: longer lags are not held to be less alike. */
function correlationAt(values: Float64Array, lag: number, energy: number): number {
  let sum = 0;
  for (let i = lag; i < values.length; i++) sum += (values[i] as number) * (values[i - lag] as number);
  return (sum / energy) * (values.length / Math.max(1, values.length - lag));
}

/** What is left when the parabola of least squares is taken off, in polynomials that are orthogonal over the rows. */
function withoutTrend(values: Float64Array): Float64Array {
  const n = values.length;
  const x = Float64Array.from(values, (_, i) => (2 * i) / Math.max(1, n - 1) - 1);
  const spread = mean(x.map((one) => one * one));
  const skew = mean(x.map((one) => one ** 3)) / spread;
  const square = x.map((one) => one * one - spread - skew * one);
  let rest = values;
  for (const basis of [x.map(() => 1), x, square]) {
    const norm = basis.reduce((sum, one) => sum + one * one, 0);
    const share = norm > 0 ? basis.reduce((sum, one, i) => sum + one * (rest[i] as number), 0) / norm : 0;
    rest = rest.map((value, i) => value - share * (basis[i] as number));
  }
  return rest;
}
