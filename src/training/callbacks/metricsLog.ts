import type { RunFolder } from "../run/runFolder.ts";
import type { Callback } from "./callback.ts";

/**
 * Writes a line a validation into the run's metrics.jsonl. Lines that a training which goes on will write again, for it
 * stopped after a checkpoint, are dropped.
 */
export function metricsLog(run: RunFolder): Callback {
  return {
    name: "metrics log",
    onBegin: ({ step }) => run.keepMetrics(step),
    async onValidation(state) {
      run.requirePresent();
      await run.appendMetrics(state);
      return undefined;
    },
  };
}
