import { z } from "zod";
import { sum } from "../../base/statistics.ts";

/** The rounds of a search: so many trainings of so many seconds each. */
export const Plan = z.object({
  rungs: z.array(z.object({ trials: z.int().min(2), seconds: z.number().positive() })).min(1),
});
export type Plan = z.infer<typeof Plan>;

/** A training of a search. */
export interface Training {
  /** Which sample it trains, from 0. */
  sample: number;
  rung: number;
  /** The second training of a finalist, with another seed, as long as the last round's. */
  again: boolean;
  seconds: number;
}

/** What came of one; no score if it failed. */
export interface Result extends Pick<Training, "sample" | "rung" | "again"> {
  score: number | null;
}

export interface PlanOptions {
  /** For all trainings together. */
  seconds: number;
  /** How long a training must be at least for its score to say something. */
  shortest: number;
  /** What each training takes beside its own seconds. */
  closing: number;
  /** Samples there are. */
  most: number;
}

/** So many of the last round are trained again. */
const FINALISTS = 2;
/** Each round keeps one of so many, and trains it so many times as long. */
const FACTOR = 2;

/**
 * Successive halving (Jamieson and Talwalkar, "Non-stochastic best arm identification and hyperparameter optimization",
 * AISTATS 2016; as in Li et al., "Hyperband", JMLR 2018, with a factor of 2): every round trains the better half of the
 * one before for twice as long, until two (or three) are left; then the best two are trained once more with another seed.
 * As many samples as the seconds allow, and the seconds that are left over are spread over all trainings. Every training
 * begins anew: it costs all of its seconds.
 *
 * @returns undefined where the seconds do not suffice for two samples, see `neededSeconds`
 */
export function planHalving({ seconds, shortest, closing, most }: PlanOptions): Plan | undefined {
  for (let trials = most; trials >= FINALISTS; trials--) {
    const counts = countsFrom(trials);
    const first = (seconds - trainingsIn(counts) * closing) / unitsIn(counts);
    if (first < shortest) continue;
    return { rungs: counts.map((count, rung) => ({ trials: count, seconds: first * FACTOR ** rung })) };
  }
  return undefined;
}

/** The least seconds for which there is a plan. */
export function neededSeconds({ shortest, closing }: Pick<PlanOptions, "shortest" | "closing">): number {
  const counts = countsFrom(FINALISTS);
  return unitsIn(counts) * shortest + trainingsIn(counts) * closing;
}

/** How many trainings there are, the last ones included. */
export function trainingsOf({ rungs }: Plan): number {
  return trainingsIn(rungs.map(({ trials }) => trials));
}

/**
 * The training that is next, by the results so far: a function of them alone, so that a search that was interrupted
 * goes on as if it had not been. Undefined when all is done.
 */
export function nextTraining({ rungs }: Plan, results: readonly Result[]): Training | undefined {
  let samples = Array.from({ length: rungs[0]?.trials ?? 0 }, (_, i) => i);
  for (const [rung, { trials, seconds }] of rungs.entries()) {
    if (rung > 0) samples = bestOf(results, rung - 1, trials);
    const left = samples.find((sample) => !isDone(results, { sample, rung, again: false }));
    if (left !== undefined) return { sample: left, rung, again: false, seconds };
  }
  const rung = rungs.length - 1;
  const left = finalistsOf({ rungs }, results).find((sample) => !isDone(results, { sample, rung, again: true }));
  return left === undefined ? undefined : { sample: left, rung, again: true, seconds: rungs[rung]?.seconds ?? 0 };
}

/** The samples that did best in the last round, the best first. */
export function finalistsOf({ rungs }: Plan, results: readonly Result[]): number[] {
  return bestOf(results, rungs.length - 1, FINALISTS);
}

/** Those of a round that did best, the best first; of equal ones the earlier. What failed is not among them. */
export function bestOf(results: readonly Result[], rung: number, count: number): number[] {
  const succeeded = results.filter((one) => one.rung === rung && !one.again && one.score !== null);
  const ranked = succeeded.toSorted((a, b) => (b.score ?? 0) - (a.score ?? 0) || a.sample - b.sample);
  return ranked.slice(0, count).map(({ sample }) => sample);
}

function isDone(results: readonly Result[], { sample, rung, again }: Omit<Training, "seconds">): boolean {
  return results.some((one) => one.sample === sample && one.rung === rung && one.again === again);
}

/** How many train in each round. */
function countsFrom(trials: number): number[] {
  const counts: number[] = [];
  for (let count = trials; count >= FINALISTS; count = Math.floor(count / FACTOR)) counts.push(count);
  return counts;
}

/** The length of all trainings, in lengths of one of the first round. */
function unitsIn(counts: readonly number[]): number {
  return sum(counts.map((count, rung) => count * FACTOR ** rung)) + FINALISTS * FACTOR ** (counts.length - 1);
}

function trainingsIn(counts: readonly number[]): number {
  return sum(counts) + FINALISTS;
}
