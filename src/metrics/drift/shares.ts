import { sum } from "../../base/statistics.ts";
import { type PermutationOptions, type PermutationResult, permutationTest } from "./permutation.ts";

/**
 * The log-likelihood ratio of two rows of counts, G = 2 sum O ln(O / E), where E is expected if both rows have the same
 * shares: 0 where they have.
 */
export function gStatistic(first: ArrayLike<number>, second: ArrayLike<number>): number {
  const [m, n] = [sum(first), sum(second)];
  if (m === 0 || n === 0) return 0;
  let total = 0;
  for (let k = 0; k < first.length; k++) {
    const [a, b] = [first[k] as number, second[k] as number];
    const expected = (a + b) / (m + n);
    if (a > 0) total += a * Math.log(a / (m * expected));
    if (b > 0) total += b * Math.log(b / (n * expected));
  }
  return Math.max(0, 2 * total);
}

/** Half of the sum of the differences of two rows' shares: the share that would have to change places, 0 to 1. */
export function totalVariation(first: ArrayLike<number>, second: ArrayLike<number>): number {
  const [m, n] = [sum(first), sum(second)];
  if (m === 0 || n === 0) return 0;
  let total = 0;
  for (let k = 0; k < first.length; k++) total += Math.abs((first[k] as number) / m - (second[k] as number) / n);
  return total / 2;
}

/**
 * The distance of Jensen and Shannon of two rows' shares: the root of the mean divergence from their mean, in bits, 0 to 1
 * (Lin, "Divergence Measures Based on the Shannon Entropy", 1991). As scipy's `jensenshannon` with base 2.
 */
export function jensenShannonDistance(first: ArrayLike<number>, second: ArrayLike<number>): number {
  const [m, n] = [sum(first), sum(second)];
  if (m === 0 || n === 0) return 0;
  let total = 0;
  for (let k = 0; k < first.length; k++) {
    const [p, q] = [(first[k] as number) / m, (second[k] as number) / n];
    const middle = (p + q) / 2;
    if (p > 0) total += p * Math.log2(p / middle);
    if (q > 0) total += q * Math.log2(q / middle);
  }
  return Math.sqrt(Math.max(0, total / 2));
}

/**
 * The population stability index of two rows of counts, sum (q - p) ln(q / p) of their shares, half an observation added to
 * each count so that an empty one is no infinity. From 0.1 to 0.25 a change is called moderate, above that large
 * (Siddiqi, "Credit Risk Scorecards", 2006); with B bins and no change it is (B - 1) (1 / m + 1 / n) on average, which
 * in small samples is much.
 */
export function populationStability(first: ArrayLike<number>, second: ArrayLike<number>): number {
  const [m, n] = [sum(first) + first.length / 2, sum(second) + second.length / 2];
  let total = 0;
  for (let k = 0; k < first.length; k++) {
    const [p, q] = [((first[k] as number) + 0.5) / m, ((second[k] as number) + 0.5) / n];
    total += (q - p) * Math.log(q / p);
  }
  return total;
}

/**
 * Tests whether the classes' shares differ, by permutation of the units (images): what is in one unit is no sample of
 * independent objects, so that the chi-square distribution of G would give far too small p-values.
 *
 * @param first for each unit, how much of each class it holds, [classes] @param second the same of the other sample
 */
export function shareTest(
  first: readonly ArrayLike<number>[],
  second: readonly ArrayLike<number>[],
  options: PermutationOptions,
): PermutationResult {
  const units = [...first, ...second];
  const classes = units[0]?.length ?? 0;
  const all = sumsOf(units, classes);
  if (first.length === 0 || second.length === 0 || sum(all) === 0) return { statistic: 0, p: 1 };
  const inFirst = new Float64Array(classes);
  const inSecond = new Float64Array(classes);
  const statistic = (isSecond: Uint8Array): number => {
    inSecond.fill(0);
    for (let i = 0; i < units.length; i++) if (isSecond[i] === 1) add(inSecond, units[i] as ArrayLike<number>);
    for (let k = 0; k < classes; k++) inFirst[k] = Math.max(0, (all[k] as number) - (inSecond[k] as number));
    return gStatistic(inFirst, inSecond);
  };
  return permutationTest(first.length, second.length, statistic, options);
}

function sumsOf(units: readonly ArrayLike<number>[], classes: number): Float64Array {
  const sums = new Float64Array(classes);
  for (const unit of units) add(sums, unit);
  return sums;
}

function add(sums: Float64Array, values: ArrayLike<number>): void {
  for (let k = 0; k < sums.length; k++) sums[k] = (sums[k] as number) + (values[k] as number);
}
