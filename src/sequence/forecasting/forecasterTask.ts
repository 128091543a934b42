import { AnchorkitError, UsageError } from "../../base/errors.ts";
import { count } from "../../base/words.ts";
import { disposeWeights } from "../../core/namedWeights.ts";
import { windowBatches, type WindowBatch } from "../../data/batches/windowBatches.ts";
import type { Dataset, Series } from "../../data/dataset.ts";
import { rowsOfSplit } from "../../data/series/splitSeries.ts";
import { windowOrigins } from "../../data/series/windowOrigins.ts";
import type { Recipe } from "../../training/recipe.ts";
import { startOf, tuneNetwork } from "../../training/start/fineTuning.ts";
import type { PrepareContext, Prepared } from "../../training/trainOptions.ts";
import { describeSeries } from "./describeSeries.ts";
import { featuresOf, type ForecasterDescription } from "./description.ts";
import { forecastWindows } from "./forecastWindows.ts";
import { forecasterLosses, type ForecasterLossOptions, lossFeeds, lossInputs } from "./losses.ts";
import { forecastValidation, intervalsOf, measureForecaster } from "./measure.ts";
import { buildForecaster } from "./network.ts";
import type { ForecastOptions } from "./options.ts";
import { predictStep } from "./predictStep.ts";
import { readForecasterDescription } from "./readForecaster.ts";
import { SeriesWindows } from "./seriesWindows.ts";

export interface ForecasterTaskOptions extends ForecastOptions {
  /** The name that `--model` knows it by. */
  model: string;
  /** Windows in a step. */
  batch: number;
}

/** Windows that prediction runs on at once. */
export const PREDICT_BATCH = 64;

/** Nothing is normalised over batches; a validation costs little beside the training, so that both weights are measured. */
const RECIPE: Partial<Recipe> = {
  phases: [{ name: "train", from: 0, statistics: "batch" }],
  average: { every: 5, keep: 0.99, compare: true },
};

/**
 * A forecaster of columns of a series that is split, see splitSeries. Season, scales and residual are chosen for its
 * training rows, or are those of the model that it goes on from.
 *
 * @throws AnchorkitError for a data set without a series, or one too short
 */
export async function forecasterTask(
  dataset: Dataset,
  { model: name, batch, ...options }: ForecasterTaskOptions,
  context: PrepareContext,
): Promise<Prepared<WindowBatch>> {
  const { random, model } = context;
  const series = seriesOf(dataset);
  const begun = model === undefined ? undefined : await readForecasterDescription(model);
  if (begun) refuseGiven(context);
  const { description: measured, notes } = begun
    ? { description: withoutIntervals(begun), notes: [] }
    : describeSeries(series, options);
  const description: ForecasterDescription = {
    format: "anchorkit-forecaster",
    version: 1,
    ...{ model: name, classes: [] },
    ...measured,
  };
  const { window, horizon, columns, architecture, residual, season } = description;
  const windows = new SeriesWindows(series, description);
  const { reach } = windows;
  const originsOf = (split: "train" | "val", stride: number): Uint32Array => {
    const origins = windowOrigins(rowsOfSplit(series, split), { reach, horizon, stride });
    if (origins.length > 0) return origins;
    throw new AnchorkitError(
      `the series is too short: ${split} has no window of ${count(reach)} rows before a forecast and ${count(horizon)} in it`,
    );
  };
  const [train, val] = [originsOf("train", options.stride), originsOf("val", 1)];
  const network = buildForecaster(description, random.fork("weights"));
  const start = startOf(context);
  const tuning = tuneNetwork("forecasting", network, start, options);
  const features = featuresOf(description);
  const outputs = horizon * columns.length;
  const shape = { batch, window, features, outputs };
  const lossOptions: ForecasterLossOptions = { network, ...shape };
  return {
    kind: "forecasting",
    description,
    network: network.model,
    batches: windowBatches(windows, {
      ...{ origins: train, batch, inputSize: window * features, outputSize: outputs },
      random: random.fork("batches"),
    }),
    shapes: { windows: lossInputs(shape) },
    feeds: (made) => lossFeeds(made, shape),
    losses: (inputs) => forecasterLosses(inputs, lossOptions),
    predict: predictStep({ network, batch: PREDICT_BATCH, window, features }),
    async validate(run) {
      const found = {
        origins: val,
        windows,
        forecasts: await forecastWindows(run, PREDICT_BATCH, windows, val, description),
      };
      const described = { intervals: intervalsOf(found, description) };
      return { ...forecastValidation(measureForecaster(found, description)), described };
    },
    recipe: { ...RECIPE, ...tuning },
    built: {
      ...{ ...architecture, window, horizon, season, residual, ...rolesOf(description) },
      ...(start && { begunWith: start }),
    },
    notes,
    summary: `${count(train.length)} windows of ${count(window)} rows, ${count(horizon)} ahead; val has ${count(val.length)}`,
    dispose() {
      disposeWeights(network.model);
    },
  };
}

/** What a forecaster is depends on its columns and scales, which are those of the one that it goes on from. */
function refuseGiven({ given = new Set() }: PrepareContext): void {
  const [other] = [...given].filter((name) => name !== "freeze" && name !== "stride");
  if (other === undefined) return;
  throw new UsageError(`${other}: a forecaster that begins with another one's weights is as that one: leave it out`, [
    other,
  ]);
}

/** @throws AnchorkitError where there are images in place of it */
function seriesOf({ series }: Dataset): Series {
  if (series) return series;
  throw new AnchorkitError("a forecaster learns from a series: rows of numbers over time, as readSeries reads them");
}

function withoutIntervals({ intervals: _, weights: __, ...rest }: ForecasterDescription): ForecasterDescription {
  return rest;
}

/** As the options of a training have them. */
function rolesOf({ columns, inputs }: ForecasterDescription): { column: string; inputs?: string } {
  const listed = (all: readonly { name: string }[]): string => all.map(({ name }) => name).join(",");
  return { column: listed(columns), ...(inputs.length > 0 && { inputs: listed(inputs) }) };
}
