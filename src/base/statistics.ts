/** Added up in order; 0 for none. */
export function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i] as number;
  return total;
}

/** NaN for none, and where any value is. */
export function mean(values: ArrayLike<number>): number {
  return sum(values) / values.length;
}

/** The middle value, the mean of the two middle ones of an even number; NaN for none. The values may be in any order. */
export function median(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

/**
 * The number below which a share `q` of the sorted values lies, with linear interpolation between neighbours (NumPy's
 * default); NaN for none.
 */
export function quantile(sorted: Float64Array, q: number): number {
  const place = q * (sorted.length - 1);
  const below = sorted[Math.floor(place)] ?? NaN;
  const above = sorted[Math.ceil(place)] ?? NaN;
  return below + (above - below) * (place - Math.floor(place));
}
