import { setImmediate } from "node:timers/promises";
import { z } from "zod";
import { AnchorkitError } from "../../base/errors.ts";
import { progressOf, type Budget } from "./budget.ts";
import { assertFinite } from "./finiteLosses.ts";
import { joinCallbacks, type Callback, type Wish } from "../callbacks/callback.ts";
import type { FitProgress, FitValidation } from "./progress.ts";
import { RateMeter } from "./rateMeter.ts";
import type { TrainerValidation } from "../task.ts";
import { WaitMeter } from "./waitMeter.ts";

/** What the loop drives; it knows neither tasks nor networks. */
export interface Training<Batch> {
  stepsPerEpoch: number;
  /** Prepares the batch of a step; the loop asks for it while the step before it runs. */
  prepare(step: number): Promise<Batch>;
  /**
   * Runs one training step and gives back the losses, the total under `loss`. A step that needs not wait gives them
   * back as they are, not as a promise: while a promise is waited for, the next batch is made, and the time that takes
   * would count as training.
   */
  train(batch: Batch, at: StepInfo): Promise<Record<string, number>> | Record<string, number>;
  /** What the samples of a batch are called, for messages. */
  namesOf(batch: Batch): readonly string[];
  validate(): Promise<TrainerValidation>;
  /** Goes on to the next phase, if there is one. */
  nextPhase(): void;
  /** Saves what prediction needs. */
  saveBest(): Promise<void>;
  /** Saves that once more, for good, and drops the oldest so that `keep` are there. */
  saveCheckpoint(step: number, keep: number): Promise<void>;
  /** Saves that, and all that going on needs. */
  saveLast(state: LoopState): Promise<void>;
}

export interface StepInfo {
  /** From 0. */
  step: number;
  /** Share of the training that is done, 0 to 1. */
  progress: number;
  learningRate: number;
}

/** JSON has null for what is no number: the score of weights of which nothing could be measured. */
const Score = z
  .number()
  .nullable()
  .transform((score) => score ?? NaN);

/** Where a training stands; part of the checkpoint. */
export const LoopState = z.object({
  /** Steps done. */
  step: z.int().min(0),
  /** Seconds of training so far. */
  elapsed: z.number().min(0),
  /** Score of the best weights, and the step they were found at. */
  best: z.object({ score: Score, step: z.int() }).nullable(),
  finished: z.boolean(),
  /** What callbacks have made of the learning rate. */
  rateFactor: z.number().positive().default(1),
  /** Sum and number of the losses since the last validation. */
  since: z.object({ loss: z.number(), steps: z.int().min(0) }).default({ loss: 0, steps: 0 }),
  callbacks: z.record(z.string(), z.unknown()).default({}),
});
export type LoopState = z.infer<typeof LoopState>;

export interface FitOptions {
  budget: Budget;
  /** Samples in a batch. */
  batch: number;
  learningRate(step: number, progress: number): number;
  /** How many times the weights are measured, evenly spread over the training; the last time at its end. */
  validations: number;
  callbacks?: readonly Callback[];
  /** Seconds that were spent before the loop began, loading and compiling: a budget in minutes includes them. */
  spent?: number;
  /** Seconds that follow the last validation, by how long validations take: a budget in minutes includes them, too. */
  afterwards?(validation: number): number;
  resumed?: LoopState;
  signal?: AbortSignal;
  onStep?(state: FitProgress): void;
  onValidation?(state: FitValidation): void;
  /** A callback ended the training. */
  onStop?(reason: string): void;
}

/** Seconds after which a checkpoint is written beside those of validations: the first one soon, then seldom. */
const CHECKPOINT = { first: 40, every: 300 };

/**
 * Trains until the budget is used, a callback ends it or the signal asks to stop; measures now and then, and keeps the
 * best and the last weights. A loss that is no number ends the training with the step, the samples and what probably
 * caused it; data that cannot be read ends it with a checkpoint. Whatever else fails (a full disk, say), the checkpoint
 * before it is kept: what was begun is not told as done.
 */
export async function fit<Batch>(training: Training<Batch>, options: FitOptions): Promise<LoopState> {
  const { budget, resumed } = options;
  const { stepsPerEpoch } = training;
  const started = performance.now();
  const before = resumed?.elapsed ?? options.spent ?? 0;
  const elapsed = (): number => before + (performance.now() - started) / 1000;
  let ending = 0; // what follows the last step, by the longest validation so far
  const progressAt = (step: number): number => progressOf(budget, step, stepsPerEpoch, elapsed(), ending);
  const meter = new RateMeter();
  const data = new WaitMeter();
  const callbacks = joinCallbacks(options.callbacks ?? []);
  callbacks.restore(resumed?.callbacks ?? {});
  const since = { ...(resumed?.since ?? { loss: 0, steps: 0 }) }; // the validation before
  let best = resumed?.best ?? null;
  let step = resumed?.step ?? 0;
  let rateFactor = resumed?.rateFactor ?? 1;
  let ended: string | undefined; // by a callback
  let validated = Math.floor(progressAt(step) * options.validations);
  let saveAt = elapsed() + CHECKPOINT.first;
  let saved = resumed;
  let learningRate = 0; // of the last step

  const stopped = (): boolean => options.signal?.aborted === true;
  const over = (): boolean => ended !== undefined || progressAt(step) >= 1;
  const save = async (finished: boolean): Promise<LoopState> => {
    const states = callbacks.states();
    const state = { step, elapsed: elapsed(), best, finished, rateFactor, since: { ...since }, callbacks: states };
    await training.saveLast(state);
    saveAt = elapsed() + CHECKPOINT.every;
    saved = state;
    return state;
  };
  const obey = async (wishes: readonly Wish[]): Promise<void> => {
    for (const wish of wishes) {
      if (wish.rateFactor !== undefined) rateFactor *= wish.rateFactor;
      if (wish.nextPhase) training.nextPhase();
      if (wish.checkpoint) await training.saveCheckpoint(step, wish.checkpoint.keep);
      if (wish.stop !== undefined && ended === undefined) {
        ended = wish.stop;
        options.onStop?.(ended);
      }
    }
  };
  const validate = async (waiting: number): Promise<void> => {
    const begun = elapsed();
    const { score, metrics, loss: validationLoss, comparison } = await training.validate();
    const isBest = best === null || score > best.score || (Number.isNaN(best.score) && !Number.isNaN(score));
    if (isBest) {
      best = { score, step };
      await training.saveBest();
    }
    const loss = since.loss / since.steps;
    Object.assign(since, { steps: 0, loss: 0 });
    const at = { step, epoch: step / stepsPerEpoch, elapsed: elapsed() };
    const losses = { loss, ...(validationLoss !== undefined && { validationLoss }) };
    const state = { ...at, ...losses, learningRate, waiting, score, metrics, best: isBest, ...comparison };
    await obey(await callbacks.onValidation(state));
    await save(over());
    const took = elapsed() - begun;
    ending = Math.max(ending, took + (options.afterwards?.(took) ?? 0));
    options.onValidation?.(state);
  };

  let next = training.prepare(step);
  next.catch(() => undefined); // reported when it is awaited
  data.begin();
  while (!over() && !stopped()) {
    const progress = progressAt(step);
    const batch = await next.catch(async (error: unknown) => {
      if (error instanceof AnchorkitError && step > (saved?.step ?? 0)) await save(false);
      throw error;
    });
    next = training.prepare(step + 1);
    next.catch(() => undefined);
    data.end();
    learningRate = rateFactor * options.learningRate(step, progress);
    const result = training.train(batch, { step, progress, learningRate });
    const losses = result instanceof Promise ? await result : result;
    assertFinite(losses, step, training.namesOf(batch), learningRate);
    step++;
    const loss = losses.loss ?? NaN;
    since.steps++;
    since.loss += loss;
    meter.count(options.batch);
    const waiting = data.share();
    const state: FitProgress = {
      step,
      ...("epochs" in budget && { steps: budget.epochs * stepsPerEpoch, epochs: budget.epochs }),
      epoch: step / stepsPerEpoch,
      elapsed: elapsed(),
      remaining: remainingSeconds(progressAt(step), elapsed()),
      loss,
      losses,
      samplesPerSecond: meter.perSecond(),
      waiting,
      learningRate,
    };
    const wishes = callbacks.onStep(state);
    if (wishes.length > 0) await obey(wishes);
    options.onStep?.(state);

    const due = Math.floor(Math.min(progressAt(step), 1) * options.validations);
    if (due > validated || (ended !== undefined && since.steps > 0)) {
      validated = due;
      await validate(waiting);
      meter.restart();
      data.restart();
    } else if (elapsed() > saveAt) {
      await save(false);
    }
    data.begin();
    await setImmediate(); // a step blocks this thread: let decoded images and Ctrl-C through
  }
  const finished = !stopped() || over();
  return saved?.step === step && saved.finished === finished ? saved : save(finished);
}

/** With the speed so far. */
function remainingSeconds(progress: number, elapsed: number): number {
  return progress > 0 ? Math.max(0, (elapsed / progress) * (1 - progress)) : Infinity;
}
