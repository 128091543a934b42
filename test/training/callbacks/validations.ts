import type { Callback, Wish } from "../../../src/training/callbacks/callback.ts";
import type { TrainingView } from "../../../src/training/callbacks/trainingView.ts";
import type { FitProgress, FitValidation } from "../../../src/training/loop/progress.ts";

/** A validation, as callbacks are told of it. */
export function validation(changes: Partial<FitValidation> = {}): FitValidation {
  const numbers = { step: 1, epoch: 1, elapsed: 1, loss: 1, learningRate: 0.1, waiting: 0, score: 0.5 };
  return { ...numbers, metrics: {}, best: false, ...changes };
}

/** A step, as callbacks are told of it. */
export function progress(changes: Partial<FitProgress> = {}): FitProgress {
  const numbers = { step: 1, epoch: 0.1, elapsed: 1, remaining: 9, loss: 2, samplesPerSecond: 30, waiting: 0 };
  return { ...numbers, losses: { loss: 2 }, learningRate: 0.1, ...changes };
}

export function viewOf(changes: Partial<TrainingView> = {}): TrainingView {
  return {
    ...{ folder: ".", step: 0, elapsed: 0, config: {}, weights: () => new Map(), graph: () => undefined },
    ...{ examples: () => undefined, classes: [] },
    pictures: () => Promise.resolve([]),
    ...changes,
  };
}

/** What a callback wishes after each of these validations. */
export async function wishesOf(
  callback: Callback,
  validations: Partial<FitValidation>[],
): Promise<(Wish | undefined)[]> {
  const wishes: (Wish | undefined)[] = [];
  for (const one of validations) wishes.push(await callback.onValidation?.(validation(one)));
  return wishes;
}

/** A callback of the same kind that goes on from the state of another, through JSON, as a checkpoint has it. */
export function goneOn(callback: Callback, fresh: Callback): Callback {
  fresh.restore?.(JSON.parse(JSON.stringify(callback.state?.())));
  return fresh;
}
