import { type BootstrapOptions, checkBootstrap } from "./bootstrapOptions.ts";
import { type Estimate, percentileInterval } from "./estimate.ts";

/**
 * The sum of one number over the sum of another, as an error rate is, with its bootstrap interval: how far it would move with
 * as many other examples of the same kind. NaN where the divisors sum to 0.
 *
 * @param parts the numerator of each example @param wholes its divisor
 * @throws AnchorkitError for a level outside 0..1 or fewer than 1 resamples
 */
export function pooledRatio(
  parts: ArrayLike<number>,
  wholes: ArrayLike<number>,
  options: BootstrapOptions = {},
): Estimate {
  const { resamples, level, random } = checkBootstrap(options);
  const count = parts.length;
  const ratioOf = (example: (i: number) => number): number => {
    let [part, whole] = [0, 0];
    for (let i = 0; i < count; i++) {
      const at = example(i);
      part += parts[at] as number;
      whole += wholes[at] as number;
    }
    return whole === 0 ? NaN : part / whole;
  };
  const resampled = Float64Array.from({ length: resamples }, () => ratioOf(() => random.int(count)));
  return percentileInterval(
    ratioOf((i) => i),
    resampled,
    level,
  );
}
