import { basename, join, relative } from "node:path";
import type { Command } from "commander";
import { UsageError } from "../../base/errors.ts";
import { countOf } from "../../base/words.ts";
import { nearest } from "../../geometry/nearest.ts";
import type { FlatValue } from "../../training/run/flatOptions.ts";
import type { RunSummary } from "../../training/run/runSummary.ts";
import { addCommonOptions, addExamples, printJson } from "../options.ts";
import { duration } from "../progress.ts";
import { type DataTable, renderTables } from "../tables.ts";

interface RunsFlags {
  diff?: true;
  sort?: string;
  html?: string;
  overwrite?: true;
  json?: true;
}

/** `detect runs` */
export function addRuns(program: Command): void {
  const command = program
    .command("runs")
    .description("List the trainings below a folder, and show what differs between them")
    .argument("[folder]", "where the runs are", "runs")
    .option("--diff", "print the options that differ between the runs")
    .option("--sort <metric>", "the best first, by a metric of the best weights (default: the newest last)")
    .option("--html <file>", "write a page that compares their curves and options")
    .option("--overwrite", "replace a file that is no page of this command, too");
  addCommonOptions(command).action(listRuns);
  addExamples(command, "detect runs", "detect runs runs/cells --sort AP50 --diff", "detect runs --html compared.html");
}

async function listRuns(folder: string, { diff, sort, html, overwrite, json }: RunsFlags): Promise<void> {
  const { findRuns } = await import("../../training/run/findRuns.ts");
  const { differingOptions } = await import("../../training/run/runSummary.ts");
  const { runs: found, problems } = await findRuns(folder);
  for (const problem of problems) process.stderr.write(`warning: ${problem}\n`);
  const runs = sort === undefined ? found.sort((a, b) => a.began.localeCompare(b.began)) : sorted(found, sort);
  const nameOf = (run: RunSummary): string => relative(folder, run.folder) || basename(run.folder);
  const differing = differingOptions(runs);
  if (html !== undefined) {
    const { requireReplaceable } = await import("../../base/output/requireReplaceable.ts");
    await requireReplaceable(html, { inputs: runs.map((run) => join(run.folder, "config.json")), overwrite });
    const { writeRunsReport } = await import("../../report/runs/runsReport.ts");
    await writeRunsReport(html, { title: folder, runs: runs.map((run) => ({ ...run, name: nameOf(run) })), differing });
  }
  if (json) {
    printJson({ folder, runs, differing: Object.fromEntries(differing), warnings: problems, ...(html && { html }) });
    return;
  }
  const tables = runs.length === 0 ? [] : [runsTable(runs, nameOf, sort)];
  if (diff && runs.length > 1 && differing.size > 0) tables.push(differenceTable(runs, nameOf, differing));
  const text = runs.length === 0 ? `no trainings below ${folder}` : renderTables(tables, "table");
  const same = diff && differing.size === 0 ? ["no option differs between them"] : [];
  process.stdout.write(`${[text, ...same, ...(html === undefined ? [] : [`page: ${html}`])].join("\n\n")}\n`);
  if (problems.length > 0) process.stderr.write(`${countOf(problems.length, "folder")} left out\n`);
}

/** The best first, and those that were never measured last. */
function sorted(runs: readonly RunSummary[], metric: string): RunSummary[] {
  const names = [...new Set(["score", ...runs.flatMap(({ best }) => Object.keys(best?.metrics ?? {}))])];
  if (runs.length > 0 && !names.includes(metric)) {
    const similar = nearest(metric, names);
    const hint = similar === undefined ? "" : ` (did you mean "${similar}"?)`;
    throw new UsageError(`--sort ${metric}: no run has measured it${hint}; there are ${names.join(", ")}`);
  }
  const valueOf = (run: RunSummary): number => metricOf(run, metric) ?? -Infinity;
  return runs.toSorted((a, b) => valueOf(b) - valueOf(a));
}

function metricOf({ best }: RunSummary, metric: string): number | undefined {
  return (metric === "score" ? best?.score : best?.metrics[metric]) ?? undefined;
}

function runsTable(runs: readonly RunSummary[], nameOf: (run: RunSummary) => string, sort?: string): DataTable {
  const extra = sort === undefined || sort === "score" ? [] : [sort];
  return {
    columns: [
      ...[{ name: "run" }, { name: "model" }, { name: "data" }, { name: "began" }, { name: "took" }],
      ...[{ name: "steps" }, { name: "best score", digits: 3 }, { name: "at step" }],
      ...extra.map((name) => ({ name, digits: 3 })),
      { name: "state" },
    ],
    rows: runs.map((run) => [
      ...[nameOf(run), run.model || "-", basename(run.data) || "-", localTime(run.began), duration(run.seconds)],
      ...[run.steps, run.best?.score ?? NaN, run.best?.step ?? NaN],
      ...extra.map((name) => metricOf(run, name) ?? NaN),
      run.finished ? "finished" : `stopped, of ${run.length || "unknown length"}`,
    ]),
  };
}

function differenceTable(
  runs: readonly RunSummary[],
  nameOf: (run: RunSummary) => string,
  differing: ReadonlyMap<string, readonly (FlatValue | undefined)[]>,
): DataTable {
  return {
    columns: [{ name: "option" }, ...runs.map((run) => ({ name: nameOf(run) }))],
    rows: [...differing].map(([name, values]) => [
      name,
      ...values.map((value) => (value === undefined ? "-" : String(value))),
    ]),
  };
}

/** "2026-11-29 23:32", in this machine's time zone. */
function localTime(iso: string): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return "-";
  return new Date(time.getTime() - 60_000 * time.getTimezoneOffset()).toISOString().slice(0, 16).replace("T", " ");
}
