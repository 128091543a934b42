import type { Range } from "./staticInt8.ts";

/** How often values occur, in equal bins of a range. */
export interface Histogram extends Range {
  counts: Float64Array;
}
const BINS = 2048;

export function emptyHistogram({ low, high }: Range): Histogram {
  return { low: Math.min(low, 0), high: Math.max(high, 0), counts: new Float64Array(BINS) };
}

export function addTo({ low, high, counts }: Histogram, values: Float32Array): void {
  const perUnit = counts.length / (high - low || 1);
  const last = counts.length - 1;
  for (const value of values) {
    const bin = Math.min(last, Math.max(0, Math.floor((value - low) * perUnit)));
    counts[bin] = (counts[bin] as number) + 1;
  }
}

/** percentile */
export function percentileRange({ low, high, counts }: Histogram, share: number): Range {
  const total = counts.reduce((a, b) => a + b, 0);
  const width = (high - low) / counts.length;
  let [a, b] = [0, counts.length];
  for (let sum = 0; a < counts.length && sum + (counts[a] as number) <= total * (1 - share); a++) sum += counts[a] as number;
  for (let sum = 0; b > 0 && sum + (counts[b - 1] as number) <= total * (1 - share); b--) sum += counts[b - 1] as number;
  return { low: Math.min(0, low + a * width), high: Math.max(0, low + b * width) };
}

/** mse */
export function mseRange({ low, high, counts }: Histogram): Range {
  const width = (high - low) / counts.length;
  const steps = Array.from({ length: 50 }, (_, i) => 1 - i / 50);
  let best = { low, high };
  let least = Infinity;
  for (const s of low < 0 ? steps : [1]) {
    for (const t of steps) {
      const [a, b] = [low * s, high * t];
      const step = (b - a) / 255;
      let error = 0;
      for (let i = 0; i < counts.length; i++) {
        const n = counts[i] as number;
        if (n === 0) continue;
        const x = low + (i + 0.5) * width;
        const over = x < a ? a - x : x > b ? x - b : 0;
        error += n * (over > 0 ? over * over : (step * step) / 12);
      }
      if (error < least) [least, best] = [error, { low: a, high: b }];
    }
  }
  return best;
}
