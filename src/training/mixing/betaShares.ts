import { AnchorkitError } from "../../base/errors.ts";
import type { Random } from "../../base/random.ts";

/**
 * Numbers of the distribution Beta(alpha, alpha): near 0 and 1 when alpha is small, near one half when it is large.
 *
 * @throws AnchorkitError if alpha is not above 0
 */
export function betaShares(random: Random, count: number, alpha: number): Float32Array {
  if (!(alpha > 0 && alpha < Infinity)) throw new AnchorkitError(`betaShares: alpha is ${alpha}; give more than 0`);
  return Float32Array.from({ length: count }, () => {
    const [a, b] = [logGamma(random, alpha), logGamma(random, alpha)];
    return 1 / (1 + Math.exp(b - a)); // X / (X + Y)
  });
}

/**
 * The logarithm of a number of the distribution Gamma(alpha, 1) (Marsaglia and Tsang, "A simple method for generating
 * gamma variables", 2000): the number itself is 0 in floats when alpha is small.
 */
function logGamma(random: Random, alpha: number): number {
  if (alpha < 1) return logGamma(random, alpha + 1) + Math.log(1 - random.uniform()) / alpha;
  const d = alpha - 1 / 3;
  for (;;) {
    const x = random.normal();
    const v = (1 + x / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(1 - random.uniform()) < x ** 2 / 2 + d - d * v + d * Math.log(v)) return Math.log(d * v);
  }
}
