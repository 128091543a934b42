import { z } from "zod";
import { checked } from "../../base/checked.ts";
import type { Callback } from "./callback.ts";
import { isBetter, type Monitor, monitored } from "./monitor.ts";

const State = z.object({
  best: z.number().nullable(),
  wait: z.int().min(0),
  cooldown: z.int().min(0),
});

export interface PlateauOptions extends Monitor {
  /** What the learning rate is multiplied by; 0.1 unless told. */
  factor?: number;
  /** So many validations in a row without a better value lower the rate; 10 unless told. */
  patience?: number;
  /** So many validations after that do not count; 0 unless told. */
  cooldown?: number;
  /** The rate is never lowered below this; 0 unless told. The schedule may still go below it. */
  minRate?: number;
}

/**
 * Lowers the learning rate when the validation data no longer shows progress: Keras's ReduceLROnPlateau, a validation
 * standing for an epoch. What the schedule says is multiplied by the factor from then on. `minDelta` is 1e-4 unless told.
 */
export function reduceOnPlateau(options: PlateauOptions = {}): Callback {
  const { factor = 0.1, patience = 10, cooldown = 0, minRate = 0, ...watched } = options;
  const monitor = { minDelta: 1e-4, ...watched };
  if (!(factor > 0 && factor < 1))
    throw new RangeError(`reduceOnPlateau: factor must lie between 0 and 1, got ${factor}`);
  let state: z.infer<typeof State> = { best: null, wait: 0, cooldown: 0 };
  return {
    name: "reduce on plateau",
    onValidation(validation) {
      const value = monitored(monitor, validation);
      if (state.cooldown > 0) state = { ...state, cooldown: state.cooldown - 1, wait: 0 };
      if (isBetter(monitor, value, state.best)) {
        state = { ...state, best: value, wait: 0 };
        return undefined;
      }
      if (state.cooldown > 0) return undefined;
      state.wait++;
      const rate = validation.learningRate;
      if (state.wait < patience || rate <= minRate) return undefined;
      state = { ...state, wait: 0, cooldown };
      return { rateFactor: Math.max(factor, minRate / rate) };
    },
    state: () => state,
    restore(saved) {
      state = checked(saved, State, "reduce on plateau");
    },
  };
}
