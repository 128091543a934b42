import { Random } from "../base/random.ts";
import { median } from "../base/statistics.ts";
import {
  binCounts,
  clusteredKolmogorovSmirnov,
  holm,
  jensenShannonDistance,
  kolmogorovSmirnov,
  meanDiscrepancy,
  type PermutationOptions,
  populationStability,
  quantileEdges,
  shareTest,
  totalVariation,
} from "../metrics/drift/index.ts";
import { type Measure, type MeasureName, measuresOf } from "./measures.ts";
import type { Profile } from "./profile.ts";
import type { WatchedKind } from "./said.ts";

export interface CompareOptions {
  kind: WatchedKind;
  classes: readonly string[];
  /** The probability of any alarm at all where nothing has changed, at most. */
  alpha: number;
  /** Of the permutations that are drawn. */
  seed: number;
  /** Images with the same key are no independent ones (frames of a scene) and are dealt as one; each by itself unless told. */
  groupOf?: (profile: Profile) => string | undefined;
}

/** `drift`: significant, and no smaller than the floor; `slight`: significant, and smaller. */
export type DriftVerdict = "drift" | "slight" | "none" | "constant" | "too few" | "missing";

/** What became of one measure. */
export interface MeasureDrift {
  measure: Measure;
  verdict: DriftVerdict;
  /** Of the test by itself, and corrected for the number of tests (Holm); NaN where none was made. */
  p: number;
  adjusted: number;
  /** How large the difference is, 0 to 1, see `FLOORS`. */
  effect: number;
  /** Population stability index and Jensen-Shannon distance, of tenths of the reference or of classes; NaN of embeddings. */
  stability: number;
  distance: number;
  /** Medians of numbers; NaN of others. */
  before: number;
  now: number;
  /** Of classes: the shares of each. */
  shares?: { before: number[]; now: number[] };
  /** Places of current images that show the difference best, at most 3. */
  examples: number[];
}

/** What two sets of images differ in. */
export interface Drift {
  measures: MeasureDrift[];
  alpha: number;
  /** How many images were compared: of the reference, those that the model was not trained on where it matters. */
  images: { reference: number; heldOut: number; current: number };
  /** What the model says was compared with what it says of images that it was trained on, for want of others. */
  trainedReference: boolean;
}

/**
 * The smallest difference that is called drift: of the cumulated shares (Kolmogorov-Smirnov's D), of class shares (total
 * variation: the share of all objects that would have to be of another class), and of the embeddings' distances (the part
 * of them that is between the two sets). A difference can be significant and too small to matter, with many images.
 */
export const FLOORS = { numbers: 0.1, classes: 0.02, embeddings: 0.01 } as const;

/** The floor of a measure, and what its effect is called. */
export function floorOf({ name }: Measure): { floor: number; what: string } {
  if (name === "classes") return { floor: FLOORS.classes, what: "total variation" };
  if (name === "embeddings") return { floor: FLOORS.embeddings, what: "share of the distance" };
  return { floor: FLOORS.numbers, what: "D" };
}

/** With fewer images that the model was not trained on, it is judged by all. */
const ENOUGH_HELD_OUT = 20;
/** Members of a sample whose embeddings are compared, at most: the time goes with their square. */
const MOST_EMBEDDINGS = 500;
const BINS = 10;

/** Tests every measure of a kind of model, corrected for their number. */
export function compareProfiles(
  reference: readonly Profile[],
  current: readonly Profile[],
  options: CompareOptions,
): Drift {
  const { kind, alpha } = options;
  const heldOut = reference.filter(({ trained }) => trained !== true);
  const trainedReference = heldOut.length < ENOUGH_HELD_OUT && heldOut.length < reference.length;
  const measures = measuresOf(kind);
  const most = Math.ceil((10 * measures.length) / alpha);
  const tested = measures.map((measure): MeasureDrift => {
    const before = measure.ofModel && !trainedReference ? heldOut : reference;
    const permutations = { random: new Random(options.seed).fork(measure.name), most };
    return { ...EMPTY, measure, ...test(measure, before, current, permutations, options) };
  });
  const family = tested.filter(({ p }) => !Number.isNaN(p));
  const adjusted = holm(family.map(({ p }) => p));
  const judged = tested.map((one) => {
    const at = family.indexOf(one);
    if (at === -1) return one;
    const p = adjusted[at] as number;
    return { ...one, adjusted: p, verdict: verdictOf(one, p, alpha) };
  });
  const images = { reference: reference.length, heldOut: heldOut.length, current: current.length };
  return { measures: judged, alpha, images, trainedReference };
}

/** The names of the measures that have drifted. */
export function driftedIn({ measures }: Drift): MeasureName[] {
  return measures.filter(({ verdict }) => verdict === "drift").map(({ measure }) => measure.name);
}

const EMPTY = {
  ...({ verdict: "none", examples: [] } as { verdict: DriftVerdict; examples: number[] }),
  ...{ p: NaN, adjusted: NaN, effect: NaN, stability: NaN, distance: NaN, before: NaN, now: NaN },
};

function verdictOf({ measure, effect }: MeasureDrift, adjusted: number, alpha: number): DriftVerdict {
  if (adjusted > alpha) return "none";
  return effect >= floorOf(measure).floor ? "drift" : "slight";
}

function test(
  measure: Measure,
  before: readonly Profile[],
  now: readonly Profile[],
  permutations: PermutationOptions,
  options: CompareOptions,
): Partial<MeasureDrift> {
  const units = { before: unitsOf(before, options), now: unitsOf(now, options) };
  // one unit against m can give no p below 1 / (m + 1); two of each none below 1 / 6
  if (smallestP(units.before.count, units.now.count) > options.alpha) return { verdict: "too few" };
  if (measure.name === "classes") return testClasses(before, now, units, permutations, options);
  if (measure.name === "embeddings") return testEmbeddings(before, now, units, permutations);
  return testNumbers(measure, before, now, units, permutations);
}

interface Units {
  of: number[];
  count: number;
}
type BothUnits = Readonly<Record<"before" | "now", Units>>;

function unitsOf(profiles: readonly Profile[], { groupOf }: CompareOptions): Units {
  const numbers = new Map<string, number>();
  let count = 0;
  const of = profiles.map((profile) => {
    const group = groupOf?.(profile);
    const known = group === undefined ? undefined : numbers.get(group);
    if (known !== undefined) return known;
    if (group !== undefined) numbers.set(group, count);
    return count++;
  });
  return { of, count };
}

/** 1 over the number of ways to deal the units, as far as that matters. */
function smallestP(m: number, n: number): number {
  let ways = 1;
  for (let i = 1; i <= Math.min(m, n) && ways < 1e9; i++) ways *= (m + n - i + 1) / i;
  return m === 0 || n === 0 ? 1 : 1 / ways;
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
    examples: extremes(second.map((own) => (found.direction * own.reduce((x, y) => x + y, 0)) / own.length)),
  };
}

function testClasses(
  before: readonly Profile[],
  now: readonly Profile[],
  units: BothUnits,
  permutations: PermutationOptions,
  { classes }: CompareOptions,
): Partial<MeasureDrift> {
  const rows = [before, now].map((profiles) => profiles.map((profile) => countsOf(profile, classes.length)));
  const [first, second] = rows as [Float64Array[], Float64Array[]];
  const [a, b] = [summed(first), summed(second)];
  const [all, others] = [a, b].map((counts) => counts.reduce((x, y) => x + y, 0)) as [number, number];
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

function renumbered(units: readonly number[]): Units {
  const numbers = new Map<number, number>();
  for (const unit of units) if (!numbers.has(unit)) numbers.set(unit, numbers.size);
  return { of: units.map((unit) => numbers.get(unit) as number), count: numbers.size };
}

/** Places of the largest values, the largest first; what is no number is passed by. */
function extremes(values: ArrayLike<number>): number[] {
  const there = Array.from(values, (_, i) => i).filter((i) => !Number.isNaN(values[i]));
  return there.sort((a, b) => (values[b] as number) - (values[a] as number)).slice(0, 3);
}
