import { AnchorkitError, messageOf } from "../../base/errors.ts";
import { countOf } from "../../base/words.ts";
import { neededSeconds, nextTraining, type Plan, planHalving, type Result } from "./halving.ts";
import type { Sample } from "./sample.ts";
import type { Trial, TuneState } from "./tuneFolder.ts";

/** What trains for a search; the search knows no more of models and data. */
export interface Trainer {
  /**
   * Begins a training and stops it after its first step: seconds until then, and what stopping took.
   *
   * @returns undefined if the signal stopped it before
   */
  start(sample: Sample): Promise<Start | undefined>;
  /**
   * Trains a trial; goes on with it if it was begun before.
   *
   * @returns undefined if the signal stopped it
   * @throws whatever made the training fail
   */
  train(trial: Trial, sample: Sample): Promise<{ score: number | null } | undefined>;
}

export interface Start {
  startUp: number;
  closing: number;
}

/** The time that a search has. */
export interface TimeLimits {
  /** Seconds for everything. */
  seconds: number;
  /** Seconds that are over; asked again and again. */
  spent: () => number;
  /** The shortest useful training, in seconds: as the caller wants it, or what is usual for its task. */
  shortest: { wanted: number } | { usual: number };
}

export interface SearchEvents {
  /** Before a training begins. */
  begins?(trial: Trial): void;
  /** When it has ended, well or not. */
  ended?(trial: Trial): void;
}

/** Seconds of a training that are not training are to be this share at most. */
const START_SHARE = 1 / 3;
/** Of a length that the caller wants, it may be more. */
const WANTED_START_SHARE = 2 / 3;
/** Of all seconds, what is kept for the table and the page. */
const KEPT = 0.03;
/** Samples that are tried before a search is given up. */
const STARTS = 3;
/** Times that a process may die in a training before that is taken for the training's fault. */
const DEATHS = 3;

/**
 * Finds out what a training takes to begin, and plans the rounds.
 *
 * @throws AnchorkitError if the seconds are too few, with how many it takes, or if none of the first samples can be
 * trained
 * @returns undefined if the signal stopped it
 */
export async function planSearch(
  samples: readonly Sample[],
  trainer: Trainer,
  limits: TimeLimits,
): Promise<{ startUp: number; plan: Plan } | undefined> {
  const { shortest } = limits;
  const floor = "wanted" in shortest ? shortest.wanted : shortest.usual;
  assertEnough(floor, 0, limits); // before anything is begun
  const start = await firstStart(samples, trainer);
  if (!start) return undefined;
  const { startUp, closing } = start;
  if ("wanted" in shortest && startUp > shortest.wanted * WANTED_START_SHARE) {
    const least = startUp / WANTED_START_SHARE;
    throw new AnchorkitError(
      `trainings of ${shown(shortest.wanted)} are too short: one takes ${shown(startUp)} to begin; ${shown(least)} are the least`,
    );
  }
  const useful = "wanted" in shortest ? shortest.wanted : Math.max(shortest.usual, startUp / START_SHARE);
  assertEnough(useful, closing, limits, `, as one takes ${shown(startUp)} to begin`);
  const seconds = limits.seconds * (1 - KEPT) - limits.spent();
  const plan = planHalving({ seconds, shortest: useful, closing, most: samples.length });
  if (!plan) throw new Error("there is a plan where the seconds suffice");
  return { startUp, plan };
}

/**
 * Trains what the plan says, one after the other, and writes down before and after each where it stands. What is in the
 * state already is not done again; a training in which the process has died goes on, but for one in which it died again
 * and again.
 *
 * @param write keeps the state, at every change
 * @returns whether all is done; otherwise the signal stopped it
 */
export async function runSearch(
  state: TuneState,
  samples: readonly Sample[],
  trainer: Trainer,
  {
    write,
    spent,
    signal,
    events = {},
  }: { write: (state: TuneState) => Promise<void>; spent: () => number; signal: AbortSignal; events?: SearchEvents },
): Promise<boolean> {
  for (;;) {
    const trial = nextTrial(state);
    if (!trial) return true;
    if (signal.aborted) return false;
    const began = spent();
    if (trial.begun >= DEATHS) {
      trial.outcome = { score: null, reason: `the process ended ${DEATHS} times while it ran: out of memory?` };
    } else {
      trial.begun++;
      state.spent = began;
      await write(state);
      events.begins?.(trial);
      const outcome = await outcomeOf(trainer, trial, samples[trial.sample] ?? {});
      state.spent = spent();
      trial.took += state.spent - began;
      if (outcome) trial.outcome = outcome;
      else trial.begun--; // ended in good order
    }
    await write(state);
    if (!trial.outcome) return false;
    events.ended?.(trial);
  }
}

/** What came of the trials that are done. */
export function resultsOf({ trials }: Pick<TuneState, "trials">): Result[] {
  return trials.flatMap(({ outcome, ...trial }) => (outcome ? [{ ...trial, score: outcome.score }] : []));
}

/** The trial that was begun, or a new one at the end of the state; undefined when all is done. */
function nextTrial(state: TuneState): Trial | undefined {
  const begun = state.trials.find(({ outcome }) => !outcome);
  if (begun) return begun;
  const next = nextTraining(state.plan, resultsOf(state));
  if (!next) return undefined;
  const seed = next.again ? secondSeed(state.seed) : state.seed;
  const trial: Trial = { number: state.trials.length + 1, ...next, seed, took: 0, begun: 0 };
  state.trials.push(trial);
  return trial;
}

function secondSeed(seed: number): number {
  return (seed + 1) % 2 ** 31;
}

async function outcomeOf(trainer: Trainer, trial: Trial, sample: Sample): Promise<Trial["outcome"]> {
  try {
    const result = await trainer.train(trial, sample);
    if (!result) return undefined;
    const isNumber = result.score !== null && Number.isFinite(result.score);
    return isNumber ? result : { score: null, reason: "it ended without a score on the validation images" };
  } catch (error) {
    return { score: null, reason: messageOf(error) };
  }
}

/** Of the first sample that can be trained. */
async function firstStart(samples: readonly Sample[], trainer: Trainer): Promise<Start | undefined> {
  const reasons: unknown[] = [];
  for (const sample of samples.slice(0, STARTS)) {
    try {
      return await trainer.start(sample);
    } catch (error) {
      reasons.push(error);
    }
  }
  throw reasons[0];
}

function assertEnough(shortest: number, closing: number, { seconds, spent }: TimeLimits, why = ""): void {
  const needed = (neededSeconds({ shortest, closing }) + spent()) / (1 - KEPT);
  if (needed <= seconds) return;
  throw new AnchorkitError(
    `${countOf(seconds / 60, "minute")} ${seconds === 60 ? "is" : "are"} too little for two samples: two trainings of ${shown(shortest)}, and both again with another seed, take ${inMinutes(needed)} minutes with everything around them${why}`,
  );
}

/** Rounded up, so that what is printed suffices. */
function inMinutes(seconds: number): number {
  return Math.ceil(seconds / 0.6 + 0.1) / 100;
}

function shown(seconds: number): string {
  return `${Number(seconds.toPrecision(3))} s`;
}
