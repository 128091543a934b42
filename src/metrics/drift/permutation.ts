import type { Random } from "../../base/random.ts";

/** How exact a p-value is to be that is found by drawing. */
export interface PermutationOptions {
  /** Draws the permutations. */
  random: Random;
  /** Permutations at most; the smallest p-value is 1 / (most + 1). */
  most: number;
}

/** What a permutation test found. */
export interface PermutationResult {
  /** Of the two samples as they are. */
  statistic: number;
  p: number;
}

/** So many permutations that reach the observed statistic are enough. */
const ENOUGH = 20;

/**
 * A permutation test of whether two samples are of one population: p is the share of all ways to deal the units into two
 * samples of the same numbers that give the statistic at least this value. What is dealt are units that are independent of
 * each other (images, and not the detections in them; scenes, and not their frames): the values within one stay together.
 *
 * Permutations are drawn until 20 reach the observed value, p = 20 / draws, or at last p = (reached + 1) / (most + 1): in
 * both cases P(p <= a) <= a where the samples are of one population (Besag and Clifford, "Sequential Monte Carlo p-values",
 * Biometrika, 1991), and little time is spent where nothing has changed.
 *
 * @param first units of the first sample, numbered from 0 @param second those of the second, numbered after them
 * @param statistic of a deal: `isSecond` [first + second], 1 for the units of the second sample
 */
export function permutationTest(
  first: number,
  second: number,
  statistic: (isSecond: Uint8Array) => number,
  { random, most }: PermutationOptions,
): PermutationResult {
  const all = first + second;
  const isSecond = new Uint8Array(all).fill(1, first);
  const observed = statistic(isSecond);
  const least = observed - 1e-10 * Math.abs(observed); // sums in another order differ in their last digits
  const order = Uint32Array.from({ length: all }, (_, i) => i);
  const dealt = Math.min(first, second);
  const mark = dealt === second ? 1 : 0;
  let reached = 0;
  for (let draw = 1; draw <= most; draw++) {
    isSecond.fill(1 - mark);
    for (let i = 0; i < dealt; i++) {
      const j = i + random.int(all - i);
      const unit = order[j] as number;
      order[j] = order[i] as number;
      order[i] = unit;
      isSecond[unit] = mark;
    }
    if (statistic(isSecond) >= least && ++reached === ENOUGH) return { statistic: observed, p: ENOUGH / draw };
  }
  return { statistic: observed, p: (reached + 1) / (most + 1) };
}
