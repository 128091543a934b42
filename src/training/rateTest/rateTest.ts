import type { Task } from "../task.ts";
import { Trainer, type TrainerOptions } from "../trainer.ts";
import { type RateSuggestion, suggestRates } from "./suggestRates.ts";

/** What was seen at each learning rate, and what follows of it. */
export interface RateTest {
  rates: number[];
  /** The loss of each step, before the update at that rate. */
  losses: number[];
  /** Their moving mean, corrected for its beginning at 0. */
  smoothed: number[];
  /** Whether the loss exploded before the last rate. */
  exploded: boolean;
  suggestion: RateSuggestion | undefined;
}

export interface RateTestOptions extends TrainerOptions {
  /** Updates; the test ends earlier where the loss explodes. */
  updates?: number;
  lowest?: number;
  highest?: number;
  signal?: AbortSignal;
  /** After each step: how many are done of how many, its rate and its loss. */
  onUpdate?: (done: number, of: number, rate: number, loss: number) => void;
}

/** The loss has exploded where its moving mean is so many times the lowest one. */
const EXPLODED = 4;
/** Share of the moving mean that is kept at each update. */
const SMOOTHING = 0.9;

/**
 * The learning-rate range test (Smith, "Cyclical Learning Rates for Training Neural Networks", 2017), as fastai and
 * Lightning do it: trains the task for some steps in its first phase at a rate that rises exponentially, until the loss
 * explodes. The task's network is changed by it, and is not to be trained on.
 */
export async function rateTest<Batch>(task: Task<Batch>, options: RateTestOptions): Promise<RateTest> {
  const { signal, onUpdate } = options;
  const { updates = 100, lowest = 1e-7, highest = 10 } = options;
  const trainer = await Trainer.make(task, { ...options, recipe: { ...options.recipe, average: false } });
  const rates: number[] = [];
  const losses: number[] = [];
  const smoothed: number[] = [];
  let exploded = false;
  try {
    const { accumulate } = trainer.recipe;
    for (let update = 0; update < updates && !exploded && signal?.aborted !== true; update++) {
      const learningRate = lowest * (highest / lowest) ** (update / (updates - 1));
      let loss = 0;
      for (let part = 0; part < accumulate; part++) {
        const step = update * accumulate + part;
        const at = { step, progress: 0, learningRate };
        loss += ((await trainer.train(await task.batches.batch(step), at)).loss ?? NaN) / accumulate;
      }
      const before = mean(smoothed, losses.length);
      const now = SMOOTHING * before + (1 - SMOOTHING) * loss;
      const corrected = now / (1 - SMOOTHING ** (update + 1));
      exploded = !Number.isFinite(loss) || (update > 0 && corrected > EXPLODED * Math.min(...smoothed));
      if (!Number.isFinite(loss)) break;
      rates.push(learningRate);
      losses.push(loss);
      smoothed.push(corrected);
      onUpdate?.(update + 1, updates, learningRate, loss);
    }
  } finally {
    trainer.dispose();
  }
  return { rates, losses, smoothed, exploded, suggestion: suggestRates(rates, smoothed) };
}

/** The moving mean after so many losses, as it was before its correction. */
function mean(smoothed: readonly number[], count: number): number {
  return (smoothed.at(-1) ?? 0) * (1 - SMOOTHING ** count);
}
