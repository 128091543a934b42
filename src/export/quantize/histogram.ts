/** Between what two numbers values lie; 0 is one of them, or between them. */
export interface Range {
  low: number;
  high: number;
}

/** How often values occur, in equal bins of a range. */
export interface Histogram extends Range {
  counts: Float64Array;
}

const BINS = 2048;

/** How finely ranges are tried. */
const STEPS = 50;

export function emptyHistogram({ low, high }: Range): Histogram {
  return { low, high, counts: new Float64Array(BINS) };
}

/** Counts values, which lie in the histogram's range. */
export function countIn({ low, high, counts }: Histogram, values: Float32Array): void {
  const perUnit = counts.length / (high - low || 1);
  const last = counts.length - 1;
  for (const value of values) {
    const bin = Math.max(0, Math.min(last, Math.floor((value - low) * perUnit)));
    counts[bin] = (counts[bin] as number) + 1;
  }
}

/**
 * The range with the least mean squared error of the counted values, once they are rounded to `levels` equal steps of it and
 * cut off at its ends: Σ n(x) · e(x)², where e is how far x lies outside, or, inside, a step's own error, step² / 12. Both
 * ends are tried at fiftieths of the way from 0 to the furthest value.
 */
export function bestRange({ low, high, counts }: Histogram, levels: number): Range {
  const width = (high - low) / counts.length;
  const total = counts.reduce((sum, count) => sum + count, 0);
  // Cut off at either end: an end at s fiftieths leaves this sum of squares, and so many values, outside.
  const cutAt = (end: number): { error: number; count: number }[] =>
    Array.from({ length: STEPS + 1 }, (_, s) => {
      const edge = (end * s) / STEPS;
      const outside = { error: 0, count: 0 };
      counts.forEach((count, i) => {
        const over = (low + (i + 0.5) * width - edge) * Math.sign(end);
        if (over > 0) {
          outside.error += count * over * over;
          outside.count += count;
        }
      });
      return outside;
    });
  const [below, above] = [cutAt(low), cutAt(high)];
  let best = { low, high };
  let least = Infinity;
  for (let s = low < 0 ? 1 : STEPS; s <= STEPS; s++) {
    for (let t = high > 0 ? 1 : STEPS; t <= STEPS; t++) {
      const tried = { low: (low * s) / STEPS, high: (high * t) / STEPS };
      const step = (tried.high - tried.low) / (levels - 1);
      const [a, b] = [below[s] ?? NONE, above[t] ?? NONE];
      const error = a.error + b.error + ((total - a.count - b.count) * step * step) / 12;
      if (error < least) [least, best] = [error, tried];
    }
  }
  return best;
}

const NONE = { error: 0, count: 0 };
