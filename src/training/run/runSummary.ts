import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { AnchorkitError } from "../../base/errors.ts";
import { describeBudget } from "../loop/budget.ts";
import { readLoopState } from "./checkpoint.ts";
import { type FlatValue, flatOptions } from "./flatOptions.ts";
import type { MetricsLine, RunFolder } from "./runFolder.ts";

/** What a run was, and what came of it. */
export interface RunSummary {
  folder: string;
  /** As `--model` has it; empty where the run does not say. */
  model: string;
  /** The data set's path; empty where the run does not say. */
  data: string;
  /** ISO 8601. */
  began: string;
  /** Seconds of training, with set-up. */
  seconds: number;
  steps: number;
  /** "20 epochs". */
  length: string;
  finished: boolean;
  /** The score of the best weights, the step they were found at, and all that was measured of them. */
  best: { score: number; step: number; metrics: Readonly<Record<string, number | null>> } | null;
  /** What config.json holds, without nesting and without what differs between any two runs. */
  options: Readonly<Record<string, FlatValue>>;
  /** What each validation measured. */
  history: readonly MetricsLine[];
}

/** Of config.json: what says nothing of how runs differ. */
const NO_OPTIONS = ["began", "out", "matchedWeights"];

/** @throws AnchorkitError for a folder whose files are missing or damaged, or that no training has written */
export async function summarizeRun(run: RunFolder): Promise<RunSummary> {
  const config = await run.readConfig();
  if (!existsSync(run.splits)) throw new AnchorkitError(`${run.path}: holds no training, for all its config.json`);
  const history = existsSync(run.metrics) ? await run.readMetrics() : [];
  const loop = existsSync(run.last) ? await readLoopState(run) : undefined; // before the first checkpoint there is none
  const best = loop?.best ?? null;
  const measured = best && history.findLast(({ step }) => step === best.step);
  const options = Object.entries(flatOptions(config)).filter(
    ([name]) => !NO_OPTIONS.includes(name.split(".")[0] ?? ""),
  );
  return {
    folder: run.path,
    model: typeof config.model === "string" ? config.model : "",
    data: config.data ?? "",
    began: config.began ?? (await stat(run.splits)).mtime.toISOString(),
    seconds: loop?.elapsed ?? 0,
    steps: loop?.step ?? 0,
    length: config.budget ? describeBudget(config.budget) : "",
    finished: loop?.finished ?? false,
    best: best && { ...best, metrics: measured?.metrics ?? {} },
    options: Object.fromEntries(options),
    history,
  };
}

/** The options that are not the same in all of the runs, each with its value in each run; undefined where it has none. */
export function differingOptions(runs: readonly RunSummary[]): Map<string, (FlatValue | undefined)[]> {
  const names = new Set(runs.flatMap(({ options }) => Object.keys(options)));
  const values = [...names].map((name) => [name, runs.map(({ options }) => options[name])] as const);
  return new Map(
    values.filter(([, [first, ...others]]) => others.some((other) => other !== first)).map(([n, v]) => [n, [...v]]),
  );
}
