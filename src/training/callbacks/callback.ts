import type { FitProgress, FitValidation } from "../loop/progress.ts";
import type { TrainingView } from "./trainingView.ts";

/** What a callback asks of the training. */
export interface Wish {
  /** End the training, for this reason, as if its budget were used. */
  stop?: string;
  /** Multiply the learning rate by this from now on. */
  rateFactor?: number;
  /** Go on to the next phase of the recipe at once. */
  nextPhase?: true;
  /** Keep the weights as they are now beside the best and the last ones, and of those kept so the latest `keep`. */
  checkpoint?: { keep: number };
}

/** How a training ended: its budget was used or a callback ended it, it was interrupted, or it failed. */
export type Ending = "finished" | "interrupted" | "failed";

/**
 * Sees the numbers of a training and says what shall happen; it changes no weights, and writes no files but its own. Its
 * state belongs to the checkpoint, so that an interrupted training goes on as if it had not been.
 */
export interface Callback {
  /** Unique among the callbacks of a training: its state is saved under it. */
  readonly name: string;
  /** Before the first step, and again, before `restore`, where a training goes on. */
  onBegin?(training: TrainingView): Promise<void> | void;
  /** After each training step. The next step waits for it, so what takes long is better done in `onValidation`. */
  onStep?(state: FitProgress): Wish | undefined;
  /** After each measurement on the validation data, before its checkpoint is written. */
  onValidation?(state: FitValidation): Promise<Wish | undefined> | Wish | undefined;
  /** After the last step, and after a failure. */
  onEnd?(ending: Ending): Promise<void> | void;
  /** What `restore` needs: plain JSON. */
  state?(): unknown;
  /** @throws if that is not what `state` gave */
  restore?(saved: unknown): void;
}

/** The callbacks of a training as one: their wishes in order, and their states by name. */
export function joinCallbacks(callbacks: readonly Callback[]) {
  const names = callbacks.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new Error(`two callbacks are called "${twice}"`);
  return {
    onStep: (state: FitProgress): Wish[] =>
      callbacks.map((callback) => callback.onStep?.(state)).filter((wish) => wish !== undefined),
    async onValidation(state: FitValidation): Promise<Wish[]> {
      const wishes: Wish[] = [];
      for (const callback of callbacks) {
        const wish = await callback.onValidation?.(state);
        if (wish) wishes.push(wish);
      }
      return wishes;
    },
    states: (): Record<string, unknown> =>
      Object.fromEntries(callbacks.flatMap((callback) => (callback.state ? [[callback.name, callback.state()]] : []))),
    restore(states: Record<string, unknown>): void {
      for (const callback of callbacks) {
        if (callback.name in states) callback.restore?.(states[callback.name]);
      }
    },
  };
}

/** Runs a training between `onBegin` and `onEnd` of its callbacks; those that have begun are ended, whatever happens. */
export async function amongCallbacks<T extends { finished: boolean }>(
  callbacks: readonly Callback[],
  view: TrainingView,
  run: () => Promise<T>,
): Promise<T> {
  const begun: Callback[] = [];
  let ending: Ending = "failed";
  try {
    for (const callback of callbacks) {
      begun.push(callback);
      await callback.onBegin?.(view);
    }
    const result = await run();
    ending = result.finished ? "finished" : "interrupted";
    return result;
  } finally {
    for (const callback of begun) {
      const ended = Promise.resolve(callback.onEnd?.(ending));
      await (ending === "failed" ? ended.catch(() => undefined) : ended); // the failure itself is to be heard
    }
  }
}
