import { z } from "zod";
import { checked } from "../../base/checked.ts";
import type { Callback } from "./callback.ts";

const State = z.object({ done: z.number().min(0) });

export interface CheckpointOptions {
  /** After every so many epochs, or validations. */
  every: { epochs: number } | { validations: number };
  /** The latest so many are kept; 5 unless told. */
  keep?: number;
}

/**
 * Keeps the weights now and then, beside the best and the last ones that every training keeps: in the run's folder
 * `checkpoints`, by their step. Each is a model that can be opened, measured and trained on.
 */
export function modelCheckpoint({ every, keep = 5 }: CheckpointOptions): Callback {
  let done = 0; // epochs or validations
  return {
    name: "model checkpoint",
    onStep({ epoch }) {
      if (!("epochs" in every) || epoch < done + every.epochs) return undefined;
      done = Math.floor(epoch / every.epochs) * every.epochs;
      return { checkpoint: { keep } };
    },
    onValidation() {
      if (!("validations" in every)) return undefined;
      done++;
      return done % every.validations === 0 ? { checkpoint: { keep } } : undefined;
    },
    state: () => ({ done }),
    restore(saved) {
      ({ done } = checked(saved, State, "model checkpoint"));
    },
  };
}
