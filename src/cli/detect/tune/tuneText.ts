import { mean } from "../../../base/statistics.ts";
import { countOf } from "../../../base/words.ts";
import { bestOf, type Plan, type Result, trainingsOf } from "../../../training/tune/halving.ts";
import type { Sample } from "../../../training/tune/sample.ts";
import { resultsOf } from "../../../training/tune/search.ts";
import type { Finalist, Standing } from "../../../training/tune/standing.ts";
import type { Trial, TuneState } from "../../../training/tune/tuneFolder.ts";
import { duration } from "../../progress.ts";
import { type DataTable, renderTables } from "../../tables.ts";

/** "about 9 trainings: 5 of 21s, 2 of 43s, and 2 again with another seed". */
export function describePlan(plan: Plan): string {
  const rounds = plan.rungs.map(({ trials, seconds }) => `${trials} of ${duration(seconds)}`);
  return `about ${countOf(trainingsOf(plan), "training")}: ${rounds.join(", ")}, and 2 again with another seed`;
}

/** What a search has come to, for a person: every sample's scores, the finalists', and what they show. */
export function resultText(
  state: TuneState,
  samples: readonly Sample[],
  names: readonly string[],
  standing: Standing,
): string[] {
  const tables = [samplesTable(state, samples, names, standing)];
  if (standing.finalists.length > 0) tables.push(finalistsTable(state, standing.finalists));
  return [
    renderTables(tables, "table"),
    "",
    ...state.trials.flatMap(({ number, outcome }) =>
      outcome?.reason === undefined ? [] : [`training ${numberOf(number)} failed: ${outcome.reason}`],
    ),
    verdictText(state, standing),
  ];
}

/** "007", as its folder is called. */
export function numberOf(number: number): string {
  return String(number).padStart(3, "0");
}

/** The best trained weights of a sample: those of the trial with the highest score in its last round. */
export function bestTrial({ trials }: TuneState, sample: number): Trial | undefined {
  const own = trials.filter((trial) => trial.sample === sample && typeof trial.outcome?.score === "number");
  return own.toSorted((a, b) => b.rung - a.rung || (b.outcome?.score ?? 0) - (a.outcome?.score ?? 0))[0];
}

/** The samples that were trained, the best first: finalists, then by how far they came, and by their scores. */
export function ranking({ plan }: Pick<TuneState, "plan">, results: readonly Result[], standing: Standing): number[] {
  const byRounds = plan.rungs.map((_, rung) => bestOf(results, rung, Infinity)).reverse();
  const failed = results.map(({ sample }) => sample);
  return [...new Set([...standing.finalists.map(({ sample }) => sample), ...byRounds.flat(), ...failed])];
}

function samplesTable(
  state: TuneState,
  samples: readonly Sample[],
  names: readonly string[],
  standing: Standing,
): DataTable {
  const { plan, trials } = state;
  const results = resultsOf(state);
  const scoreOf = (sample: number, rung: number, again: boolean): number =>
    results.find((one) => one.sample === sample && one.rung === rung && one.again === again)?.score ?? NaN;
  const last = plan.rungs.length - 1;
  return {
    title: "score on the validation data, by how long a training was",
    columns: [
      ...[{ name: "training" }, ...names.map((name) => ({ name }))],
      ...plan.rungs.map(({ seconds }) => ({ name: duration(seconds), digits: 3 })),
      { name: "other seed", digits: 3 },
    ],
    rows: ranking(state, results, standing).map((sample) => [
      trials.flatMap((trial) => (trial.sample === sample ? [numberOf(trial.number)] : [])).join(" "),
      ...names.map((name) => String(samples[sample]?.[name])),
      ...plan.rungs.map((_, rung) => scoreOf(sample, rung, false)),
      scoreOf(sample, last, true),
    ]),
  };
}

function finalistsTable(state: TuneState, finalists: readonly Finalist[]): DataTable {
  const columns = ["mean", "spread"].map((name) => ({ name, digits: 3 }));
  return {
    columns: [{ name: "finalist" }, ...columns],
    rows: finalists.map(({ sample, mean, spread }) => [firstTrial(state, sample), mean, spread]),
  };
}

/** A sample by the number of its first training. */
function firstTrial({ trials }: TuneState, sample: number): string {
  return numberOf(trials.find((trial) => trial.sample === sample)?.number ?? 0);
}

function verdictText(state: TuneState, { finalists, verdict, best }: Standing): string {
  const [first, second] = finalists;
  if (!first) return `no training of the last round succeeded; ${firstTrial(state, best ?? 0)} was the best before`;
  const name = firstTrial(state, first.sample);
  if (!second || verdict === "alone") {
    const scores = countOf(first.scores.length, "score");
    return `${name} (mean ${mean(first.scores).toFixed(3)} of ${scores}) has nothing to be compared with: no other finalist was trained twice`;
  }
  const difference = (first.mean - second.mean).toFixed(3);
  const spread = Math.max(first.spread, second.spread).toFixed(3);
  const other = firstTrial(state, second.sample);
  return verdict === "better"
    ? `${name} is better than ${other}: by ${difference} on average, where seeds alone make ${spread}`
    : `no difference that two seeds could show: ${name} is ${difference} above ${other} on average, and seeds alone make ${spread}`;
}
