import { median } from "../../base/statistics.ts";
import { type PermutationOptions, type PermutationResult, permutationTest } from "./permutation.ts";
import { scaledVectors, squaredDistance } from "./vectors.ts";

/** How far two samples of vectors are apart. */
export interface MeanDiscrepancy extends PermutationResult {
  /**
   * The statistic over the mean squared distance between the samples' members, 2 - 2 E k(x, y), not below 0: which part of
   * their distance is there because they are two, 0 (one population) to 1.
   */
  effect: number;
  /** Of each member of the second sample, how much more it is like its own sample than like the first one, see `witness`. */
  witness: Float64Array;
}

/**
 * The maximum mean discrepancy of two samples of vectors with k(x, y) = exp(-|x - y|^2 / (2 s^2)), tested by permutation
 * (Gretton et al., "A Kernel Two-Sample Test", 2012). The statistic is the unbiased one, E k(x, x') + E k(y, y') - 2 E k(x,
 * y) over different members; s is the median distance of all pairs. Components are divided by their deviation over both
 * samples first, so that none counts for more because it has larger numbers; neither that nor the median tells the samples
 * apart, so that the test remains exact. The witness of y is mean k(y, second) - mean k(y, first).
 *
 * @param first [m][size] @param second [n][size]
 * @param units what is independent: which unit each member of the first, then of the second sample belongs to, those of the
 * first numbered from 0, those of the second after them; each member is one unless told
 */
export function meanDiscrepancy(
  first: readonly ArrayLike<number>[],
  second: readonly ArrayLike<number>[],
  options: PermutationOptions,
  units?: { of: readonly number[]; first: number; second: number },
): MeanDiscrepancy {
  const [m, n] = [first.length, second.length];
  if (m < 2 || n < 2) return { statistic: 0, p: 1, effect: 0, witness: new Float64Array(n) };
  const all = [...first, ...second];
  const kernel = rbfKernel(scaledVectors(all, [all])[0] ?? []);
  const means = meansOf(kernel);
  const members = new Uint8Array(m + n);
  const statistic = (isSecond: Uint8Array): number => {
    if (units) for (let i = 0; i < members.length; i++) members[i] = isSecond[units.of[i] as number] as number;
    const { within, across } = means(units ? members : isSecond);
    return within - 2 * across;
  };
  const { statistic: observed, p } = permutationTest(units?.first ?? m, units?.second ?? n, statistic, options);
  const { across } = means(new Uint8Array(m + n).fill(1, m));
  const effect = across < 1 ? Math.max(0, observed) / (2 - 2 * across) : 0;
  return { statistic: observed, p, effect, witness: witnessOf(kernel, m, n) };
}

/**
 * What gives, of two samples that members are dealt to (1 for the second), the means of the kernel within each, added, and
 * across. It goes through the pairs of the smaller one alone; the sums of whole rows give the rest.
 */
function meansOf(kernel: readonly Float32Array[]): (isSecond: Uint8Array) => { within: number; across: number } {
  const rows = Float64Array.from(kernel, (row) => row.reduce((total, value) => total + value, 0) - 1); // not with itself
  const total = rows.reduce((sum, row) => sum + row, 0);
  const members = new Uint32Array(kernel.length);
  return (isSecond) => {
    let seconds = 0;
    for (const mark of isSecond) seconds += mark;
    const smaller = 2 * seconds <= isSecond.length ? 1 : 0;
    let [count, own, toAll] = [0, 0, 0];
    for (let i = 0; i < isSecond.length; i++) if (isSecond[i] === smaller) members[count++] = i;
    for (let a = 0; a < count; a++) {
      const row = kernel[members[a] as number] as Float32Array;
      toAll += rows[members[a] as number] as number;
      for (let b = 0; b < a; b++) own += 2 * (row[members[b] as number] as number);
    }
    const rest = kernel.length - count;
    const across = toAll - own;
    const pairs = (size: number): number => Math.max(1, size * (size - 1)); // one member has no pairs, and a sum of 0
    return {
      within: own / pairs(count) + (total - own - 2 * across) / pairs(rest),
      across: across / Math.max(1, count * rest),
    };
  };
}

function witnessOf(kernel: readonly Float32Array[], m: number, n: number): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => {
    let [own, other] = [-1, 0]; // not with itself
    (kernel[m + i] as Float32Array).forEach((value, j) => {
      if (j < m) other += value;
      else own += value;
    });
    return own / (n - 1) - other / m;
  });
}

function rbfKernel(vectors: readonly Float32Array[]): Float32Array[] {
  const squares = vectors.map(() => new Float32Array(vectors.length));
  const pairs: number[] = [];
  for (let i = 0; i < vectors.length; i++) {
    const a = vectors[i] as Float32Array;
    for (let j = i + 1; j < vectors.length; j++) {
      const b = vectors[j] as Float32Array;
      const square = squaredDistance(a, b);
      (squares[i] as Float32Array)[j] = square;
      (squares[j] as Float32Array)[i] = square;
      pairs.push(square);
    }
  }
  const middle = median(pairs);
  const scale = middle > 0 ? 1 / (2 * middle) : 1; // the square of the median distance is the median of the squares
  return squares.map((row) => row.map((square) => Math.exp(-square * scale)));
}
