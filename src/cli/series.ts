import { type Command } from "commander";
import { existsSync } from "node:fs";
import { countOf } from "../base/words.ts";
import type { Dataset, Series, SplitName } from "../data/dataset.ts";
import { shownPath } from "../data/files.ts";
import type { SeriesShares } from "../data/series/splitSeries.ts";
import type { RunFolder } from "../training/run/runFolder.ts";
import { printWarnings } from "./dataset.ts";
import { numberIn } from "./options.ts";

/** How a series is to be read and split. */
export interface SeriesFlags {
  time?: string;
  valShare?: number;
  testShare?: number;
}

export const SERIES_FLAGS = ["time", "valShare", "testShare"] as const satisfies readonly (keyof SeriesFlags)[];

/** `--time`, `--val-share` and `--test-share`, for commands that train on a series. */
export function addSeriesOptions(command: Command): Command {
  return command
    .option(
      "--time <column>",
      "of a series: the column of times, or none (default: one called time, date or the like, or a first one of dates)",
    )
    .option(
      "--val-share <share>",
      "of a series: the share of its rows that is val, the last before test (default: 0.1)",
      numberIn({ above: 0, max: 0.4 }),
    )
    .option(
      "--test-share <share>",
      "of a series: the share of its rows that is test, the last ones (default: 0.1)",
      numberIn({ min: 0, max: 0.4 }),
    );
}

export interface OpenedSeries {
  dataset: Dataset & { series: Series };
  warnings: string[];
}

/** Which columns are read, and how. */
export interface SeriesReading {
  columns: readonly string[] | undefined;
  time?: string | undefined;
}

/**
 * Reads a series and splits it: as the training of the given run did, if one is given and keeps its splits, else by shares.
 * Says on stderr what it found.
 *
 * @param least rows that val and test have at least
 */
export async function openSeries(
  data: string,
  reading: SeriesReading,
  { shares, least, run }: { shares: Partial<SeriesShares>; least: number; run?: RunFolder | undefined },
): Promise<OpenedSeries> {
  const { dataset, warnings } = await readAndSay(data, reading);
  if (run && existsSync(run.splits)) {
    const { readManifest } = await import("../data/split/manifest.ts");
    const { splitAsTrained } = await import("../data/series/seriesManifest.ts");
    const { series: before } = await readManifest(run.splits);
    if (before) {
      const { series, says } = splitAsTrained(before, dataset.series);
      if (says !== undefined) process.stderr.write(`${shownPath(series.file)}: ${says}\n`);
      return { dataset: { ...dataset, series }, warnings };
    }
  }
  const { SERIES_SHARES, splitSeries } = await import("../data/series/splitSeries.ts");
  return { dataset: splitSeries(dataset, { ...SERIES_SHARES, ...shares }, least), warnings };
}

/** Reads a series as it is, and says on stderr what it found. */
export async function readAndSay(data: string, reading: SeriesReading): Promise<OpenedSeries> {
  const { readSeries } = await import("../data/series/readSeries.ts");
  const opened = await readSeries(data, reading);
  process.stderr.write(`${shownPath(opened.dataset.series.file)}: ${await describeSeries(opened.dataset.series)}\n`);
  printWarnings(opened.warnings);
  return opened;
}

/** "2,284 rows of co2, 1958-03-29 to 2001-12-29, every 7 days" */
async function describeSeries({ values, columns, times }: Series): Promise<string> {
  const shown = columns.length > 6 ? countOf(columns.length, "column") : columns.join(", ");
  const rows = `${countOf(values.length, "row")} of ${shown}`;
  if (!times) return rows;
  const { describeStep, timeAxis } = await import("../data/series/times.ts");
  const step = times.length > 1 ? `, ${describeStep(timeAxis(times, String))}` : "";
  return `${rows}, ${times[0] ?? ""} to ${times.at(-1) ?? ""}${step}`;
}

/** How many rows each split of a series has. */
export async function countSeriesSplits(series: Series): Promise<Record<SplitName, { rows: number }>> {
  const { rowsOfSplit } = await import("../data/series/splitSeries.ts");
  const rowsIn = (split: SplitName) => {
    const [from, to] = rowsOfSplit(series, split);
    return { rows: to - from };
  };
  return { train: rowsIn("train"), val: rowsIn("val"), test: rowsIn("test") };
}
