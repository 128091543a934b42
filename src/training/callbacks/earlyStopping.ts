import { z } from "zod";
import { checked } from "../../base/checked.ts";
import type { Callback } from "./callback.ts";
import { isBetter, type Monitor, monitored } from "./monitor.ts";

const State = z.object({ best: z.number().nullable(), since: z.int().min(0) });

export interface EarlyStoppingOptions extends Monitor {
  /** So many validations in a row without a better value end the training; at least 1. */
  patience: number;
}

/**
 * Ends a training that no longer gets better on the validation data (Prechelt, "Early Stopping - But When?", 1998). The
 * weights need not be restored: those with the best score are in the run's `best` folder in any case, and are what
 * `--weights` opens.
 */
export function earlyStopping({ patience, ...monitor }: EarlyStoppingOptions): Callback {
  let { best, since }: z.infer<typeof State> = { best: null, since: 0 };
  return {
    name: "early stopping",
    onValidation(state) {
      const value = monitored(monitor, state);
      if (isBetter(monitor, value, best)) [best, since] = [value, 0];
      else since++;
      if (since < patience) return undefined;
      const times = patience === 1 ? "the last validation was" : `the last ${patience} validations were`;
      return { stop: `${times} no better than the best before (${best?.toFixed(3) ?? "none was a number"})` };
    },
    state: () => ({ best, since }),
    restore(saved) {
      ({ best, since } = checked(saved, State, "early stopping"));
    },
  };
}
