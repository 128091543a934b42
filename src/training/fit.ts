import { setImmediate } from "node:timers/promises";
import { z } from "zod";
import { AnchorkitError } from "../base/errors.ts";
import { progressOf, type Budget } from "./budget.ts";
import { RateMeter } from "./rateMeter.ts";
import { WaitMeter } from "./waitMeter.ts";

/** What the loop asks of a task; the task knows images and networks, the loop knows neither. */
export interface Task<Batch> {
  stepsPerEpoch: number;
  /** Prepares the batch of a step; the loop asks for it while the step before it runs. */
  prepare(step: number): Promise<Batch>;
  /**
   * Runs one training step and gives back the losses, the total under `loss`. A step that needs not wait gives them
   * back as they are, not as a promise: while a promise is waited for, the next batch is made, and the time that takes
   * would count as training.
   */
  train(batch: Batch, at: StepInfo): Promise<Record<string, number>> | Record<string, number>;
  /** Images in a batch, by file, for messages. */
  filesOf(batch: Batch): string[];
  /** Measures the weights on the validation data; `score` decides which are the best. */
  validate(): Promise<{ score: number; metrics: Record<string, number> }>;
  /** Saves what prediction needs. */
  saveBest(): Promise<void>;
  /** Saves all that going on needs. */
  saveLast(state: LoopState): Promise<void>;
}

export interface StepInfo {
  /** From 0. */
  step: number;
  /** Share of the training that is done, 0 to 1. */
  progress: number;
  learningRate: number;
}

/** Where a training stands; part of the checkpoint. */
export const LoopState = z.object({
  /** Steps done. */
  step: z.int().min(0),
  /** Seconds of training so far. */
  elapsed: z.number().min(0),
  /** Score of the best weights, and the step they were found at. */
  best: z.object({ score: z.number(), step: z.int() }).nullable(),
  finished: z.boolean(),
});
export type LoopState = z.infer<typeof LoopState>;

export interface FitOptions {
  budget: Budget;
  batch: number;
  learningRate(step: number, progress: number): number;
  /** How many times the weights are measured, evenly spread over the training; the last time at its end. */
  validations: number;
  /** Seconds that were spent before the loop began, loading and compiling: a budget in minutes includes them. */
  spent?: number;
  resumed?: LoopState;
  signal?: AbortSignal;
  onStep?(state: FitProgress): void;
  onValidation?(state: FitValidation): void;
}

export interface FitProgress {
  /** Steps done. */
  step: number;
  /** Of how many, where that is known. */
  steps?: number;
  epoch: number;
  epochs?: number;
  /** Seconds. */
  elapsed: number;
  remaining: number;
  loss: number;
  losses: Record<string, number>;
  imagesPerSecond: number;
  /** Share of the time, 0 to 1 and over the last while, in which training waited for data or made batches of it. */
  waiting: number;
  learningRate: number;
}

export interface FitValidation {
  step: number;
  epoch: number;
  elapsed: number;
  /** Mean training loss of the steps since the validation before. */
  loss: number;
  /** Share of the time before, 0 to 1, in which training waited for data. */
  waiting: number;
  metrics: Record<string, number>;
  /** Better than all before. */
  best: boolean;
}

/**
 * Trains until the budget is used or the signal asks to stop, measures now and then, and keeps the best and the last
 * weights. A loss that is no number ends the training with the step, the images and what probably caused it.
 */
export async function fit<Batch>(task: Task<Batch>, options: FitOptions): Promise<LoopState> {
  const { budget, resumed } = options;
  const { stepsPerEpoch } = task;
  const started = performance.now();
  const before = resumed?.elapsed ?? options.spent ?? 0;
  const elapsed = (): number => before + (performance.now() - started) / 1000;
  const progressAt = (step: number): number => progressOf(budget, step, stepsPerEpoch, elapsed());
  const meter = new RateMeter();
  const data = new WaitMeter();
  const since = { steps: 0, loss: 0 }; // the validation before
  let best = resumed?.best ?? null;
  let step = resumed?.step ?? 0;
  let validated = Math.floor(progressAt(step) * options.validations);
  let next = task.prepare(step);
  const stopped = (): boolean => options.signal?.aborted === true;

  data.begin();
  while (progressAt(step) < 1 && !stopped()) {
    const progress = progressAt(step);
    const batch = await next;
    next = task.prepare(step + 1);
    next.catch(() => undefined); // reported when it is awaited
    data.end();
    const learningRate = options.learningRate(step, progress);
    const result = task.train(batch, { step, progress, learningRate });
    const losses = result instanceof Promise ? await result : result;
    assertFinite(losses, step, task.filesOf(batch), learningRate);
    step++;
    since.steps++;
    since.loss += losses.loss ?? NaN;
    meter.count(options.batch);
    const waiting = data.share();
    options.onStep?.({
      step,
      ...("epochs" in budget && { steps: budget.epochs * stepsPerEpoch, epochs: budget.epochs }),
      epoch: step / stepsPerEpoch,
      elapsed: elapsed(),
      remaining: remainingSeconds(progressAt(step), elapsed()),
      loss: losses.loss ?? NaN,
      losses,
      imagesPerSecond: meter.perSecond(),
      waiting,
      learningRate,
    });

    const due = Math.floor(Math.min(progressAt(step), 1) * options.validations);
    if (due > validated) {
      validated = due;
      const { score, metrics } = await task.validate();
      const isBest = best === null || score > best.score;
      if (isBest) {
        best = { score, step };
        await task.saveBest();
      }
      await task.saveLast({ step, elapsed: elapsed(), best, finished: progressAt(step) >= 1 });
      const loss = since.loss / since.steps;
      Object.assign(since, { steps: 0, loss: 0 });
      const at = { step, epoch: step / stepsPerEpoch, elapsed: elapsed() };
      options.onValidation?.({ ...at, loss, waiting, metrics, best: isBest });
      meter.restart();
      data.restart();
    }
    data.begin();
    await setImmediate(); // a step blocks this thread: let decoded images and Ctrl-C through
  }
  next.catch(() => undefined);
  const state: LoopState = { step, elapsed: elapsed(), best, finished: !stopped() };
  await task.saveLast(state);
  return state;
}

/** With the speed so far. */
function remainingSeconds(progress: number, elapsed: number): number {
  return progress > 0 ? Math.max(0, (elapsed / progress) * (1 - progress)) : Infinity;
}

function assertFinite(losses: Record<string, number>, step: number, files: string[], learningRate: number): void {
  const bad = Object.entries(losses).find(([, value]) => !Number.isFinite(value));
  if (!bad) return;
  const [name, value] = bad;
  const cause =
    step < 100
      ? `the learning rate (${learningRate.toPrecision(2)}) is probably too high: try --lr ${(learningRate / 4).toPrecision(1)}`
      : `a lower --lr (it was ${learningRate.toPrecision(2)}) or --precision float32 usually helps; look at these images' boxes`;
  throw new AnchorkitError(`step ${step + 1}: the loss "${name}" became ${value} on ${files.join(", ")}; ${cause}`);
}
