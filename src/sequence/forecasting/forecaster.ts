import { checked } from "../../base/checked.ts";
import { AnchorkitError } from "../../base/errors.ts";
import { count } from "../../base/words.ts";
import { disposeWeights, namedWeights } from "../../core/namedWeights.ts";
import type { Series, SplitName } from "../../data/dataset.ts";
import { shownPath } from "../../data/files.ts";
import { rowsOfSplit } from "../../data/series/splitSeries.ts";
import { nextTimes, timeAxis } from "../../data/series/times.ts";
import { windowOrigins } from "../../data/series/windowOrigins.ts";
import { loadEngine } from "../../engine/load.ts";
import type { Runner } from "../../engine/graph/step.ts";
import type { PortableModel } from "../../export/portableModel.ts";
import { knownOptions } from "../../geometry/knownOptions.ts";
import { modelFolderOf } from "../../training/run/modelFolder.ts";
import { networkIn, networkRunner } from "../../training/runner.ts";
import { PREDICTOR_OPTIONS, type PredictorOptions } from "../../training/predictorOptions.ts";
import { columnsRead, featuresOf, ForecasterDescription } from "./description.ts";
import { PREDICT_BATCH } from "./forecasterTask.ts";
import { forecastWindows } from "./forecastWindows.ts";
import { boundsOf, type ForecastRows, rivalOf } from "./measure.ts";
import type { ForecasterNetwork } from "./network.ts";
import { predictStep } from "./predictStep.ts";
import { readForecaster } from "./readForecaster.ts";
import { SeriesWindows } from "./seriesWindows.ts";

/** The values of a column after the end of a series. */
export interface NextValues {
  column: string;
  /** The horizon's, the next one first. */
  values: Float64Array;
  /** Bounds between which four of five values fell on val, where the model has them. */
  low?: Float64Array;
  high?: Float64Array;
  /** What the seasonal baseline says, or without a season the last value. */
  baseline: Float64Array;
}

export interface Forecast {
  columns: NextValues[];
  /** The times of the values, written as those of the series are, where it has times. */
  times?: string[];
}

/** A trained forecaster, ready to run. Its weights live in the engine until `dispose`. */
export class Forecaster {
  readonly kind = "forecasting";
  readonly description: ForecasterDescription;
  readonly #runner: Runner;
  readonly #network: ForecasterNetwork | undefined;

  private constructor(description: ForecasterDescription, runner: Runner, network?: ForecasterNetwork) {
    this.description = description;
    this.#network = network;
    this.#runner = runner;
  }

  /**
   * Loads a run folder (its best weights), or best or last in one.
   *
   * @throws AnchorkitError if there is no forecaster, or it is damaged
   */
  static async load(folder: string, options: PredictorOptions = {}): Promise<Forecaster> {
    knownOptions("Forecaster.load", options, PREDICTOR_OPTIONS);
    const engine = await loadEngine({ engine: options.engine ?? "native" });
    const { network, description } = await readForecaster(modelFolderOf(folder));
    const { batch = PREDICT_BATCH } = options;
    const predict = predictStep({ network, batch, window: description.window, features: featuresOf(description) });
    const runner = await networkRunner(predict, network.model, engine, { ...options, batch });
    return new Forecaster(description, runner, network);
  }

  /** A forecaster that was exported, and that something else runs: `openModel` opens its file. */
  static adopt(description: unknown, runner: Runner): Forecaster {
    return new Forecaster(checked(description, ForecasterDescription, "the exported model's description"), runner);
  }

  /** As other programs can run it, on so many windows at once; see `exportModel`. */
  portable(batch: number): PortableModel {
    const network = networkIn(this.#network);
    const { window } = this.description;
    return {
      ...{ kind: this.kind, batch, description: this.description, weights: namedWeights(network.model) },
      step: predictStep({ network, batch, window, features: featuresOf(this.description) }),
      inputs: {
        windows: {
          meaning: "the features of each row, scaled as the description says",
          draw: (random) => 4 * random.uniform() - 2,
        },
      },
      outputs: {
        corrections:
          "of the horizon's rows, each with a number for each column: what is added to the last values, scaled",
      },
    };
  }

  /** The columns of a series that it reads, those that it forecasts first. */
  get columns(): readonly string[] {
    return columnsRead(this.description);
  }

  /**
   * The next values after the end of a series.
   *
   * @throws AnchorkitError for a series that is too short, or has not the columns
   */
  async forecast(series: Series): Promise<Forecast> {
    const windows = new SeriesWindows(series, this.description);
    requireReach(series, windows.reach);
    const { rows } = windows;
    const { columns, horizon, season, intervals } = this.description;
    const found = await this.#forecastFrom(windows, Uint32Array.of(rows));
    const name = shownPath(series.file);
    const axis = series.times && timeAxis(series.times, (row) => `${name}: row ${row + 1}`);
    return {
      columns: columns.map((column, c) => {
        const values = found[c] as Float64Array;
        const bounds = intervals && boundsOf(values, intervals[c] ?? []);
        return { column: column.name, values, ...bounds, baseline: windows.baseline(rivalOf(season), c, rows) };
      }),
      ...(series.times && axis && { times: nextTimes(series.times, axis, horizon) }),
    };
  }

  /**
   * What it forecasts from every origin of a split whose values are known, beside which they can be measured: see
   * measureForecaster.
   *
   * @throws AnchorkitError for a split without a window
   */
  async forecastSplit(series: Series, split: SplitName | "all"): Promise<ForecastRows> {
    const windows = new SeriesWindows(series, this.description);
    const { horizon } = this.description;
    const [from, to] = rowsOfSplit(series, split);
    const origins = windowOrigins([from, to], { reach: windows.reach, horizon });
    if (origins.length === 0) {
      throw new AnchorkitError(
        `${shownPath(series.file)}: ${split} has ${count(to - from)} rows of ${count(windows.rows)}, too few to forecast ${count(horizon)} after ${count(windows.reach)}`,
      );
    }
    return { origins, windows, forecasts: await this.#forecastFrom(windows, origins) };
  }

  /** Frees the weights; the forecaster cannot run afterwards. */
  dispose(): void {
    this.#runner.dispose();
    if (this.#network) disposeWeights(this.#network.model);
  }

  #forecastFrom(windows: SeriesWindows, origins: Uint32Array): Promise<Float64Array[]> {
    return forecastWindows(this.#runner.run, this.#runner.batch, windows, origins, this.description);
  }
}

function requireReach({ file, values }: Series, reach: number): void {
  if (values.length >= reach) return;
  throw new AnchorkitError(
    `${shownPath(file)}: ${count(values.length)} rows are too few: the model looks at ${count(reach)} before what it forecasts`,
  );
}
