import type { Command } from "commander";
import { defined } from "../../base/defined.ts";
import { UsageError } from "../../base/errors.ts";
import { countOf } from "../../base/words.ts";
import type { Dataset } from "../../data/dataset.ts";
import { countSplits } from "../../data/split/splits.ts";
import { modelNamed } from "../../models.ts";
import { columnsAsked, ForecastOptions } from "../../sequence/forecasting/options.ts";
import type { RunFolder } from "../../training/run/runFolder.ts";
import { SAMPLE_NAMES } from "../../training/task.ts";
import { wasGiven } from "../configFile.ts";
import { describeClasses, describeSplits, openDataset } from "../dataset.ts";
import { flagOf } from "../options.ts";
import { countSeriesSplits, openSeries, SERIES_FLAGS } from "../series.ts";
import type { TrainFlags } from "./trainOptions.ts";

/** Whether a model learns from a series of numbers, and not from images. */
export function learnsSeries(model: string): boolean {
  return modelNamed(model).data === "series";
}

/** What says how images are read, kept and varied. */
const IMAGE_FLAGS = ["augment", "flip", "images", "coordinates", "orphans", "cache", "cacheLimit", "workers"];

/**
 * Makes sure that no option was given which is about another kind of data than the model learns from.
 *
 * @throws UsageError that names it
 */
export function requireDataFlags(model: string, command: Command): void {
  const isSeries = learnsSeries(model);
  const other = (isSeries ? IMAGE_FLAGS : SERIES_FLAGS).find((name) => wasGiven(command, name));
  if (other === undefined) return;
  const [learns, about] = isSeries ? ["a series of numbers", "images"] : ["images", "a series of numbers"];
  throw new UsageError(`${flagOf(other)} is about ${about}, and --model ${model} learns from ${learns}: leave it out`);
}

export interface TrainingData {
  dataset: Dataset;
  warnings: string[];
  /** What is in it, a line each. */
  lines: string[];
  /** How much each split has, for --json, and which has a last one to measure on. */
  splits: object;
  measured: "val" | "test";
}

/** Reads what a model is to learn from, with its splits; of a run that goes on, as it was begun. */
export async function openTrainingData(
  flags: TrainFlags,
  { own, run }: { own: Readonly<Record<string, unknown>>; run?: RunFolder | undefined },
): Promise<TrainingData> {
  const { model, seed } = flags;
  if (!learnsSeries(model)) {
    await requireNoSeries(flags);
    const { task } = modelNamed(model);
    const { dataset, warnings } = await openDataset(flags, { seed, task, ...(run && { run }) });
    const splits = countSplits(dataset.images);
    const classes = task === "reading" ? [] : [describeClasses(dataset.classes)]; // characters follow
    const lines = [...classes, describeSplits(splits, SAMPLE_NAMES[task])];
    return { dataset, warnings, lines, splits, measured: splits.test.images > 0 ? "test" : "val" };
  }
  const { data, time, valShare: val, testShare: test, weights } = flags;
  const begun = run ? await run.readConfig() : own;
  const of = weights === undefined || run ? chosenColumns(begun) : await columnsOfModel(weights);
  const reading = { columns: of.columns, time: time ?? of.time };
  const { dataset, warnings } = await openSeries(data, reading, {
    shares: defined({ val, test }),
    least: of.horizon,
    run,
  });
  const splits = await countSeriesSplits(dataset.series);
  const line = Object.entries(splits)
    .map(([split, { rows }]) => `${split} ${countOf(rows, "row")}`)
    .join(", ");
  return {
    dataset,
    warnings,
    lines: [`${line}, in the order of time`],
    splits,
    measured: splits.test.rows > 0 ? "test" : "val",
  };
}

/** @throws UsageError for a table of numbers, which models of images would take for labels that are wrong */
async function requireNoSeries({ data, model }: TrainFlags): Promise<void> {
  if (!/\.csv$/i.test(data)) return;
  const { looksLikeSeries } = await import("../../data/series/readSeries.ts");
  if (!(await looksLikeSeries(data))) return;
  throw new UsageError(
    `${data}: is a table of numbers, and --model ${model} learns from images; --model forecast learns how its columns go on`,
  );
}

function chosenColumns(own: Readonly<Record<string, unknown>>): {
  columns: string[] | undefined;
  horizon: number;
  time?: string;
} {
  const { column, inputs, horizon } = ForecastOptions.pick({ column: true, inputs: true, horizon: true }).parse(own);
  if (column === undefined && inputs !== undefined) {
    throw new UsageError(
      "--inputs names what is looked at beside the column that is forecast: name that with --column",
    );
  }
  return { columns: columnsAsked({ column, inputs }), horizon };
}

/** A training that begins with a run's weights has its columns. */
async function columnsOfModel(weights: string) {
  const { modelFolderOf } = await import("../../training/run/modelFolder.ts");
  const { readForecasterDescription } = await import("../../sequence/forecasting/readForecaster.ts");
  const { columnsRead } = await import("../../sequence/forecasting/description.ts");
  const description = await readForecasterDescription(modelFolderOf(weights));
  return { columns: columnsRead(description), horizon: description.horizon, time: description.time ?? "none" };
}
