import type { FitProgress, FitValidation } from "../loop/progress.ts";

/** What a callback asks of the training. */
export interface Wish {
  /** End the training, for this reason, as if its budget were used. */
  stop?: string;
  /** Multiply the learning rate by this from now on. */
  rateFactor?: number;
  /** Go on to the next phase of the recipe at once. */
  nextPhase?: true;
}

/**
 * Sees the numbers of a training and says what shall happen; it touches neither weights nor files. Its state belongs to
 * the checkpoint, so that an interrupted training goes on as if it had not been.
 */
export interface Callback {
  /** Unique among the callbacks of a training: its state is saved under it. */
  readonly name: string;
  /** After each training step. */
  onStep?(state: FitProgress): Wish | undefined;
  /** After each measurement on the validation data. */
  onValidation?(state: FitValidation): Wish | undefined;
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
  const wishesOf = (ask: (callback: Callback) => Wish | undefined): Wish[] =>
    callbacks.map(ask).filter((wish) => wish !== undefined);
  return {
    onStep: (state: FitProgress): Wish[] => wishesOf((callback) => callback.onStep?.(state)),
    onValidation: (state: FitValidation): Wish[] => wishesOf((callback) => callback.onValidation?.(state)),
    states: (): Record<string, unknown> =>
      Object.fromEntries(callbacks.flatMap((callback) => (callback.state ? [[callback.name, callback.state()]] : []))),
    restore(states: Record<string, unknown>): void {
      for (const callback of callbacks) {
        if (callback.name in states) callback.restore?.(states[callback.name]);
      }
    },
  };
}
