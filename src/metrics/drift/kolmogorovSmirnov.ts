import { type PermutationOptions, type PermutationResult, permutationTest } from "./permutation.ts";

/** How far two samples' cumulated shares are apart. */
export interface KolmogorovSmirnov {
  /** D = max |F1(x) - F2(x)|, 0 to 1. */
  statistic: number;
  /** The x at which it is reached. */
  location: number;
  /** 1 where the second sample is the larger one there (F1 > F2), -1 where it is the smaller one. */
  direction: 1 | -1;
  p: number;
}

/** More steps than this are not worth an exact p-value. */
const MOST_STEPS = 4e6;

/**
 * The two-sample Kolmogorov-Smirnov test, two-sided. p is exact, also where values are equal: the share of all ways to deal
 * these very values into two such samples that give at least D, counted along the lattice of deals (Schröer and Trenkler,
 * "Exact and randomization distributions of Kolmogorov-Smirnov tests two or three samples", 1995); from 4 million steps
 * on it is Kolmogorov's limit, which is not smaller where values are equal. An empty sample gives D = 0 and p = 1.
 */
export function kolmogorovSmirnov(first: ArrayLike<number>, second: ArrayLike<number>): KolmogorovSmirnov {
  const { values, isSecond } = pooled(first, second);
  const [m, n] = [first.length, second.length];
  if (m === 0 || n === 0) return { statistic: 0, location: NaN, direction: 1, p: 1 };
  const ends = endsOfTies(values);
  const { gap, at } = widestGap(ends, m, n, (i) => isSecond[i] as number);
  const statistic = Math.abs(gap);
  const p = m * n <= MOST_STEPS ? exactP(statistic, m, n, ends) : limitP(statistic * Math.sqrt((m * n) / (m + n)));
  return { statistic, location: values[at] ?? NaN, direction: gap < 0 ? -1 : 1, p };
}

/** Values, and the unit (image) that each of them belongs to. */
export interface ClusteredValues {
  values: readonly number[];
  /** Units from 0, in any order. */
  units: readonly number[];
  /** How many units there are; some may have no values. */
  count: number;
}

/**
 * The same statistic of values of which several belong to one unit, as the scores of the detections in an image do: such
 * values are alike, and p is that of a permutation test which deals whole units.
 */
export function clusteredKolmogorovSmirnov(
  first: ClusteredValues,
  second: ClusteredValues,
  options: PermutationOptions,
): KolmogorovSmirnov {
  const { values, isSecond, order } = pooled(first.values, second.values);
  if (first.values.length === 0 || second.values.length === 0) {
    return { statistic: 0, location: NaN, direction: 1, p: 1 };
  }
  const unitOf = Uint32Array.from(order, (i) => {
    const later = i - first.values.length;
    return later < 0 ? (first.units[i] as number) : first.count + (second.units[later] as number);
  });
  const ends = endsOfTies(values);
  const statistic = (dealt: Uint8Array): number => {
    let n = 0;
    for (const unit of unitOf) n += dealt[unit] as number;
    if (n === 0 || n === unitOf.length) return 0;
    return Math.abs(widestGap(ends, unitOf.length - n, n, (i) => dealt[unitOf[i] as number] as number).gap);
  };
  const { gap, at } = widestGap(ends, first.values.length, second.values.length, (i) => isSecond[i] as number);
  const { p }: PermutationResult = permutationTest(first.count, second.count, statistic, options);
  return { statistic: Math.abs(gap), location: values[at] ?? NaN, direction: gap < 0 ? -1 : 1, p };
}

/** All values in ascending order, which of them are the second sample's, and where each stood. */
function pooled(first: ArrayLike<number>, second: ArrayLike<number>) {
  const all = [...Array.from(first), ...Array.from(second)];
  const order = Uint32Array.from(all.keys()).sort((a, b) => (all[a] as number) - (all[b] as number));
  const values = Float64Array.from(order, (i) => all[i] as number);
  const isSecond = Uint8Array.from(order, (i) => (i >= first.length ? 1 : 0));
  return { values, isSecond, order };
}

/** 1 where the next value is another one. */
function endsOfTies(values: Float64Array): Uint8Array {
  return Uint8Array.from(values, (value, i) => (values[i + 1] === value ? 0 : 1));
}

/** F1 - F2 where it is widest, and its place. */
function widestGap(
  ends: Uint8Array,
  m: number,
  n: number,
  isSecond: (place: number) => number,
): { gap: number; at: number } {
  let [below, gap, at] = [0, 0, 0];
  for (let i = 0; i < ends.length; i++) {
    below += isSecond(i);
    if (ends[i] === 0) continue;
    const here = (i + 1 - below) / m - below / n;
    if (Math.abs(here) > Math.abs(gap)) [gap, at] = [here, i];
  }
  return { gap, at };
}

/** P(D >= d) of the deals: from step to step, the share of the paths to a node that have been so far off. */
function exactP(d: number, m: number, n: number, ends: Uint8Array): number {
  const least = (0.5 + Math.floor(d * m * n - 1e-7)) / (m * n);
  const isOff = (i: number, j: number): boolean => ends[i + j - 1] === 1 && Math.abs(i / m - j / n) >= least;
  const off = new Float64Array(n + 1);
  for (let j = 1; j <= n; j++) off[j] = isOff(0, j) ? 1 : (off[j - 1] as number);
  for (let i = 1; i <= m; i++) {
    if (isOff(i, 0)) off[0] = 1;
    for (let j = 1; j <= n; j++) {
      off[j] = isOff(i, j) ? 1 : (i * (off[j] as number) + j * (off[j - 1] as number)) / (i + j);
    }
  }
  return off[n] as number;
}

/** Kolmogorov's limit: 2 sum over k of (-1)^(k - 1) exp(-2 k^2 x^2). */
function limitP(x: number): number {
  if (x < 0.2) return 1; // 1 to all digits, and where the series hardly ends
  let sum = 0;
  for (let k = 1; k <= 100; k++) sum += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * (k * x) ** 2);
  return Math.min(1, Math.max(0, sum));
}
