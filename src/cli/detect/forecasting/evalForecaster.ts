import { existsSync } from "node:fs";
import { AnchorkitError, UsageError } from "../../../base/errors.ts";
import { count, countOf } from "../../../base/words.ts";
import type { SplitName } from "../../../data/dataset.ts";
import type { ForecasterReportInput } from "../../../report/forecasting/input.ts";
import type { Forecaster } from "../../../sequence/forecasting/forecaster.ts";
import type { ForecasterEvaluation, MeasuredColumn } from "../../../sequence/forecasting/measure.ts";
import type { PredictorOptions } from "../../../training/predictorOptions.ts";
import { RunFolder } from "../../../training/run/runFolder.ts";
import { openSeries, type OpenedSeries } from "../../series.ts";
import type { DataTable } from "../../tables.ts";
import type { Measured } from "../failUnder.ts";
import { openPredictor } from "../openPredictor.ts";

/** The numbers of forecasters that `--fail-under` knows: those of which more is better. */
export const FORECASTER_METRICS = ["skill", "coverage"];

export interface ForecasterMeasurement {
  document: object;
  tables: DataTable[];
  numbers: Measured;
  /** What its report shows. */
  reported: ForecasterReportInput;
}

interface Flags extends PredictorOptions {
  data?: string;
  weights?: string;
  split: SplitName | "all";
}

/** Runs a trained forecaster over a series and measures what it says, beside baselines. */
export async function evalForecaster(flags: Flags): Promise<ForecasterMeasurement> {
  const { data = "", weights = "", split } = flags;
  const forecaster = await openForecaster(weights, flags);
  const { description } = forecaster;
  const { dataset, warnings } = await seriesFor(forecaster, data, { run: RunFolder.of(weights) });
  const { series } = dataset;
  const { measureForecaster } = await import("../../../sequence/forecasting/measure.ts");
  const rows = await forecaster.forecastSplit(series, split);
  forecaster.dispose();
  const evaluation = measureForecaster(rows, description);
  const { metrics, columns, windows } = evaluation;
  const { horizon } = description;
  process.stderr.write(`measured on ${countOf(windows, "forecast")} of ${countOf(horizon, "row")} (${split})\n`);
  return {
    document: { forecasts: windows, horizon, season: description.season, ...metrics, columns },
    tables: forecasterTables(evaluation),
    numbers: {
      overall: { ...metrics, ...withCoverage(columns[0]) },
      perClass: columns.map((column) => ({
        name: column.name,
        metrics: { skill: skillOf(column), ...withCoverage(column) },
      })),
    },
    reported: { title: `${weights} on ${data} (${split})`, description, series, rows, evaluation, warnings },
  };
}

/** @throws UsageError if the weights are of another kind of model */
export async function openForecaster(weights: string, options: PredictorOptions): Promise<Forecaster> {
  const model = await openPredictor(weights, options);
  if (model.kind === "forecasting") return model;
  model.dispose();
  throw new UsageError(`${weights}: holds no model that forecasts`);
}

/** Reads of a series what a forecaster looks at, split as its run split it, if there is one. */
function seriesFor(forecaster: Forecaster, data: string, { run }: { run: RunFolder }): Promise<OpenedSeries> {
  const { description, columns } = forecaster;
  const reading = { columns, time: description.time ?? "none" };
  return openSeries(data, reading, { shares: {}, least: description.horizon, ...(existsSync(run.splits) && { run }) });
}

/** Model and baselines side by side for each column, and what the errors are step by step. */
function forecasterTables({ columns, metrics }: ForecasterEvaluation): DataTable[] {
  const several = columns.length > 1;
  const errors = columns.map((column): DataTable => ({
    ...(several && { title: column.name }),
    columns: [
      { name: "forecast" },
      ...["MASE", "MAE", "RMSE", "sMAPE", "bias"].map((name) => ({ name, digits: 4 })),
      { name: `skill`, digits: 3 },
    ],
    rows: [column.model, ...column.baselines].map((one) => [
      ...[one.name, one.errors.mase, one.errors.mae, one.errors.rmse, one.errors.smape, one.errors.bias],
      1 - one.errors.mae / rivalError(column),
    ]),
  }));
  const steps = columns.map((column): DataTable => {
    const shown = stepsShown(column.model.steps.length);
    return {
      title: `${several ? `${column.name}: ` : ""}MAE by rows ahead`,
      columns: [{ name: "forecast" }, ...shown.map((step) => ({ name: String(step + 1), digits: 4 }))],
      rows: [column.model, ...column.baselines].map((one) => [
        one.name,
        ...shown.map((step) => one.steps[step]?.mae ?? NaN),
      ]),
    };
  });
  const overall: DataTable = {
    columns: [{ name: "over all columns" }, { name: "value", digits: 4 }],
    rows: Object.entries(metrics),
  };
  return [...errors, ...steps, ...(several ? [overall] : [])];
}

/** All steps of a short horizon; of a long one the first, the last, and some between them. */
function stepsShown(horizon: number): number[] {
  const most = 8;
  if (horizon <= most) return Array.from({ length: horizon }, (_, step) => step);
  return Array.from({ length: most }, (_, i) => Math.round((i * (horizon - 1)) / (most - 1)));
}

function rivalError({ baselines }: MeasuredColumn): number {
  const rival = baselines.find(({ name }) => name === "seasonal") ?? baselines.find(({ name }) => name === "last");
  return rival?.errors.mae ?? NaN;
}

function skillOf(column: MeasuredColumn): number {
  return 1 - column.model.errors.mae / rivalError(column);
}

function withCoverage(column: MeasuredColumn | undefined): { coverage?: number } {
  return column?.coverage === undefined ? {} : { coverage: column.coverage };
}

/** @throws AnchorkitError where there is not exactly one file */
export function onlyFile(paths: readonly string[]): string {
  const [path, ...others] = paths;
  if (path !== undefined && others.length === 0) return path;
  throw new AnchorkitError(`a forecast goes on from the end of one series; ${count(paths.length)} files were given`);
}
