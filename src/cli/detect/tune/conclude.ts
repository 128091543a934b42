import { join, relative } from "node:path";
import { AnchorkitError, messageOf } from "../../../base/errors.ts";
import { requireReplaceable } from "../../../base/output/requireReplaceable.ts";
import { countOf } from "../../../base/words.ts";
import { resultsOf } from "../../../training/tune/search.ts";
import { standingOf } from "../../../training/tune/standing.ts";
import type { TuneFolder, TuneState } from "../../../training/tune/tuneFolder.ts";
import { printJson, quoted } from "../../options.ts";
import { duration } from "../../progress.ts";
import type { ChosenSearch } from "./chosenSearch.ts";
import { describeSample } from "./spaceOptions.ts";
import { bestTrial, ranking, resultText } from "./tuneText.ts";

/**
 * Writes what a search that has ended has found: best.yaml, the page, and the tables or the JSON document.
 *
 * @throws AnchorkitError if no training came to a score
 */
export async function conclude(
  { folder, base, samples, names, task }: ChosenSearch,
  state: TuneState,
  { json = false, warnings }: { json?: boolean; warnings: readonly string[] },
): Promise<void> {
  const results = resultsOf(state);
  const standing = standingOf(state.plan, results);
  const best = standing.best === undefined ? undefined : samples[standing.best];
  if (standing.best === undefined || best === undefined) {
    const reason = state.trials.find(({ outcome }) => outcome?.reason !== undefined)?.outcome?.reason ?? "";
    throw new AnchorkitError(
      `${folder.path}: none of ${countOf(results.length, "training")} came to a score; the first: ${reason}`,
    );
  }
  const { data, reading, model } = base;
  const options = { ...(model !== undefined && { model }), data, ...reading, seed: state.seed, ...best };
  await folder.writeBest(options, "what detect tune found best; detect train --config takes it");
  const page = await writePage(folder, state);
  const trial = bestTrial(state, standing.best);
  const weights = trial && folder.trial(trial.number).path;
  if (json) {
    const order = ranking(state, results, standing);
    const { plan, startUp, trials } = state;
    printJson({
      ...{
        out: folder.path,
        finished: true,
        seconds: state.spent,
        plan,
        startUp,
        samples: samples.slice(0, plan.rungs[0]?.trials),
      },
      ...{ trials, ranking: order, ...standing, options, weights, config: folder.best, page: page ?? null, warnings },
    });
    return;
  }
  const evaluation = `detect eval ${task === "detection" ? "--map " : ""}--data ${quoted(data)} --weights`;
  const lines = [
    ...resultText(state, samples, names, standing),
    `best: ${describeSample(best, names)}; as a config file: ${folder.best}`,
    ...(page === undefined ? [] : [`trainings beside each other: ${page}`]),
    `${countOf(state.trials.length, "training")} in ${duration(state.spent)}; these scores chose the options, so that test, not val, tells how good they are`,
    "next:",
    `  detect train --config ${quoted(folder.best)} --minutes 10`,
    ...(weights === undefined ? [] : [`  ${evaluation} ${quoted(weights)}`]),
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}

/** The page of `detect runs --html` over the trainings; one that cannot be made is said, and costs no search. */
async function writePage(folder: TuneFolder, { trials }: TuneState): Promise<string | undefined> {
  const { findRuns } = await import("../../../training/run/findRuns.ts");
  const { differingOptions } = await import("../../../training/run/runSummary.ts");
  const { writeRunsReport } = await import("../../../report/runs/runsReport.ts");
  try {
    const inputs = trials.map(({ number }) => join(folder.trial(number).path, "config.json"));
    await requireReplaceable(folder.page, { inputs });
    const { runs } = await findRuns(folder.trials);
    const named = runs.map((run) => ({ ...run, name: relative(folder.trials, run.folder) }));
    await writeRunsReport(folder.page, { title: folder.path, runs: named, differing: differingOptions(runs) });
    return folder.page;
  } catch (error) {
    process.stderr.write(`warning: ${folder.page} could not be written: ${messageOf(error)}\n`);
    return undefined;
  }
}
