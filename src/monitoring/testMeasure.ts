import type { Random } from "../base/random.ts";
import { mean, median, sum } from "../base/statistics.ts";
import {
  binCounts,
  clusteredKolmogorovSmirnov,
  jensenShannonDistance,
  kolmogorovSmirnov,
  meanDiscrepancy,
  type PermutationOptions,
  populationStability,
  quantileEdges,
  shareTest,
  totalVariation,
} from "../metrics/drift/index.ts";
import type { MeasureDrift } from "./measureDrift.ts";
import type { Measure } from "./measures.ts";
import type { Profile } from "./profile.ts";
import { type GroupOf, renumbered, smallestP, type Units, unitsOf } from "./units.ts";

export interface TestOptions {
  classes: readonly string[];
  /** The probability of any alarm at all where nothing has changed, at most. */
  alpha: number;
  /** Images with the same key are no independent ones (frames of a scene) and are dealt as one; each by itself unless told. */
  groupOf?: GroupOf;
}

type BothUnits = Readonly<Record<"before" | "now", Units>>;

/** Members of a sample whose embeddings are compared, at most: the time goes with their square. */
const MOST_EMBEDDINGS = 500;
const BINS = 10;

/** Tests one measure, and says how large its difference is; the verdict is left open where there was something to test. */
export function testMeasure(
  measure: Measure,
  before: readonly Profile[],
  now: readonly Profile[],
  permutations: PermutationOptions,
  options: TestOptions,
): Partial<MeasureDrift> {
  const units = { before: unitsOf(before, options.groupOf), now: unitsOf(now, options.groupOf) };
  // one unit against m can give no p below 1 / (m + 1); two of each none below 1 / 6
  if (smallestP(units.before.count, units.now.count) > options.alpha) return { verdict: "too few" };
  if (measure.name === "classes") return testClasses(before, now, units, permutations, options);
  if (measure.name === "embeddings") return testEmbeddings(before, now, units, permutations);
  return testNumbers(measure, before, now, units, permutations);
}

function testNumbers(
  { values = () => [] }: Measure,
  before: readonly Profile[],
  now: readonly Profile[],
  units: BothUnits,
  permutations: PermutationOptions,
): Partial<MeasureDrift> {
  const [first, second] = [before.map(values), now.map(values)];
  const [a, b] = [first.flat(), second.flat()];
  if (a.length === 0 || b.length === 0) return { verdict: "missing" };
  const medians = { before: median(a), now: median(b) };
  if (a.every((value) => value === a[0]) && b.every((value) => value === a[0]))
    return { ...medians, verdict: "constant" };
  const single =
    a.length === units.before.count &&
    b.length === units.now.count &&
    [...first, ...second].every((own) => own.length === 1);
  const clustered = (own: readonly (readonly number[])[], { of, count }: Units) => ({
    ...{ values: own.flat(), units: own.flatMap((numbers, i) => numbers.map(() => of[i] as number)), count },
  });
  const found = single
    ? kolmogorovSmirnov(a, b)
    : clusteredKolmogorovSmirnov(clustered(first, units.before), clustered(second, units.now), permutations);
  const edges = quantileEdges(a, BINS);
  const counts = [binCounts(a, edges), binCounts(b, edges)] as const;
  return {
    ...{ p: found.p, effect: found.statistic, ...medians },
    ...{ stability: populationStability(...counts), distance: jensenShannonDistance(...counts) },
    examples: extremes(second.map((own) => found.direction * mean(own))),
  };
}

function testClasses(
  before: readonly Profile[],
  now: readonly Profile[],
  units: BothUnits,
  permutations: PermutationOptions,
  { classes }: TestOptions,
): Partial<MeasureDrift> {
  const rows = [before, now].map((profiles) => profiles.map((profile) => countsOf(profile, classes.length)));
  const [first, second] = rows as [Float64Array[], Float64Array[]];
  const [a, b] = [summed(first), summed(second)];
  const [all, others] = [sum(a), sum(b)];
  if (all === 0 || others === 0) return { verdict: "missing" };
  if (classes.length === 1) return { verdict: "constant" };
  const { p } = shareTest(byUnit(first, units.before), byUnit(second, units.now), permutations);
  const shares = { before: Array.from(a, (count) => count / all), now: Array.from(b, (count) => count / others) };
  const rises = shares.now.map((share, k) => share - (shares.before[k] as number));
  const risen = rises.indexOf(Math.max(...rises));
  return {
    ...{ p, shares, effect: totalVariation(a, b) },
    ...{ stability: populationStability(a, b), distance: jensenShannonDistance(a, b) },
    examples: extremes(second.map((counts) => counts[risen] || NaN)),
  };
}

function countsOf({ classes: named, weights }: Profile, classes: number): Float64Array {
  const counts = new Float64Array(classes);
  named.forEach((k, i) => (counts[k] = (counts[k] ?? 0) + (weights?.[i] ?? 1)));
  return counts;
}

function byUnit(rows: readonly Float64Array[], { of, count }: Units): Float64Array[] {
  const units = Array.from({ length: count }, () => new Float64Array(rows[0]?.length ?? 0));
  rows.forEach((row, i) => {
    const unit = units[of[i] as number] as Float64Array;
    row.forEach((value, k) => (unit[k] = (unit[k] as number) + value));
  });
  return units;
}

function summed(rows: readonly Float64Array[]): Float64Array {
  return byUnit(rows, { of: rows.map(() => 0), count: 1 })[0] as Float64Array;
}

function testEmbeddings(
  before: readonly Profile[],
  now: readonly Profile[],
  units: BothUnits,
  permutations: PermutationOptions,
): Partial<MeasureDrift> {
  const [a, b] = [chosen(before, permutations.random), chosen(now, permutations.random)];
  if (a.length < 2 || b.length < 2) return { verdict: "missing" };
  const ofFirst = renumbered(a.map((i) => units.before.of[i] as number));
  const ofSecond = renumbered(b.map((i) => units.now.of[i] as number));
  const dealt = {
    of: [...ofFirst.of, ...ofSecond.of.map((unit) => ofFirst.count + unit)],
    ...{ first: ofFirst.count, second: ofSecond.count },
  };
  const vectors = (profiles: readonly Profile[], places: readonly number[]): Float32Array[] =>
    places.map((i) => profiles[i]?.embedding as Float32Array);
  const { p, effect, witness } = meanDiscrepancy(vectors(before, a), vectors(now, b), permutations, dealt);
  return { p, effect, examples: extremes(witness).map((i) => b[i] as number) };
}

/** Places of profiles with an embedding, so many at most. */
function chosen(profiles: readonly Profile[], random: Random): number[] {
  const there = [...profiles.keys()].filter((i) => profiles[i]?.embedding !== undefined);
  if (there.length <= MOST_EMBEDDINGS) return there;
  return random
    .shuffle(there)
    .slice(0, MOST_EMBEDDINGS)
    .sort((a, b) => a - b);
}

/** Places of the largest values, the largest first; what is no number is passed by. */
function extremes(values: ArrayLike<number>): number[] {
  const there = Array.from(values, (_, i) => i).filter((i) => !Number.isNaN(values[i]));
  return there.sort((a, b) => (values[b] as number) - (values[a] as number)).slice(0, 3);
}
