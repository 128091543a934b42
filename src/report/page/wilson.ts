/** A share of `count`, and the interval that contains the true one in 95 of 100 samples. */
export interface Share {
  value: number;
  low: number;
  high: number;
}

/**
 * Wilson's score interval of hits / count at 95 %; NaN for a count of 0.
 * Reference: E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", 1927.
 */
export function wilsonInterval(hits: number, count: number): Share {
  const z = 1.959963984540054;
  const value = hits / count;
  const centre = (value + z ** 2 / (2 * count)) / (1 + z ** 2 / count);
  const reach = (z / (1 + z ** 2 / count)) * Math.sqrt((value * (1 - value)) / count + z ** 2 / (4 * count ** 2));
  return { value, low: Math.max(0, centre - reach), high: Math.min(1, centre + reach) };
}
