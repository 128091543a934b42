import type { FlatValue } from "../../training/run/flatOptions.ts";
import type { RunSummary } from "../../training/run/runSummary.ts";

/** A run under the name that people know it by. */
export interface NamedRun extends RunSummary {
  name: string;
}

export interface RunsReportInput {
  /** Where the runs are. */
  title: string;
  runs: readonly NamedRun[];
  /** The options that are not the same in all of them, each with its value in each run. */
  differing: ReadonlyMap<string, readonly (FlatValue | undefined)[]>;
}
