import { z } from "zod";
import { checked } from "../../base/checked.ts";
import type { Callback } from "./callback.ts";

const State = z.object({ best: z.number().nullable(), since: z.int().min(0) });

/**
 * Ends a training whose score on the validation data has not risen for so many validations in a row (Prechelt, "Early
 * Stopping - But When?", 1998). The best weights are kept by the training itself. `patience` is the number of validations
 * without a rise, at least 1; `leastRise` how much more counts as a rise.
 */
export function earlyStopping({ patience, leastRise = 0 }: { patience: number; leastRise?: number }): Callback {
  let { best, since }: z.infer<typeof State> = { best: null, since: 0 };
  return {
    name: "early stopping",
    onValidation({ score }) {
      if (best === null || score > best + leastRise) [best, since] = [score, 0];
      else since++;
      if (since < patience) return undefined;
      const times = patience === 1 ? "the last validation was" : `the last ${patience} validations were`;
      return { stop: `${times} no better than the best before (${best.toFixed(3)})` };
    },
    state: () => ({ best, since }),
    restore(saved) {
      ({ best, since } = checked(saved, State, "early stopping"));
    },
  };
}
