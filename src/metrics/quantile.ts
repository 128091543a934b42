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
