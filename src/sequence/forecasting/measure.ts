import { mean } from "../../base/statistics.ts";
import { type BaselineName } from "../../metrics/forecasting/baselines.ts";
import {
  coverage,
  errorsByStep,
  type ForecastErrors,
  forecastErrors,
  residualQuantiles,
  skill,
} from "../../metrics/forecasting/forecastErrors.ts";
import type { Validation } from "../../training/task.ts";
import { type ForecasterDescription, INTERVAL } from "./description.ts";
import type { SeriesWindows } from "./seriesWindows.ts";

/** What was forecast from several origins on, beside what came. */
export interface ForecastRows {
  origins: Uint32Array;
  windows: SeriesWindows;
  /** Of each column [origins, horizon]. */
  forecasts: readonly Float64Array[];
}

/** The errors of a model or baseline, overall and of each step of the horizon. */
export interface MeasuredForecast {
  name: string;
  errors: ForecastErrors;
  steps: ForecastErrors[];
}

export interface MeasuredColumn {
  name: string;
  model: MeasuredForecast;
  baselines: (MeasuredForecast & { name: BaselineName })[];
  /** Of known values, the share within the intervals, which 80% are meant to be, where the model has them. */
  coverage?: number;
}

/** Everything that a forecaster is judged by. */
export interface ForecasterEvaluation {
  /** By their names; of several columns the means. */
  metrics: Record<string, number>;
  columns: MeasuredColumn[];
  /** How many times it forecast. */
  windows: number;
}

/** The baselines beside a model; the seasonal ones say nothing where there is no season. */
function baselinesFor(season: number): BaselineName[] {
  return season > 1 ? ["last", "drift", "seasonal", "seasonal-change"] : ["last", "drift"];
}

/** Measures forecasts, and baselines from the very same origins on. */
export function measureForecaster(
  { origins, windows, forecasts }: ForecastRows,
  described: ForecasterDescription,
): ForecasterEvaluation {
  const { horizon, season, columns, intervals } = described;
  const measured = columns.map(({ name, scale }, c): MeasuredColumn => {
    const actual = joined(origins, horizon, (origin) => windows.actual(c, origin));
    const of = <Name extends string>(called: Name, forecast: Float64Array) => ({
      name: called,
      errors: forecastErrors(actual, forecast, scale),
      steps: errorsByStep(actual, forecast, horizon, scale),
    });
    const forecast = forecasts[c] as Float64Array;
    const bounds = intervals && boundsOf(forecast, intervals[c] ?? []);
    return {
      name,
      model: of("model", forecast),
      baselines: baselinesFor(season).map((baseline) =>
        of(
          baseline,
          joined(origins, horizon, (origin) => windows.baseline(baseline, c, origin)),
        ),
      ),
      ...(bounds && { coverage: coverage(actual, bounds.low, bounds.high) }),
    };
  });
  return { metrics: metricsOf(measured, season), columns: measured, windows: origins.length };
}

/** The baseline that skill is measured against: the seasonal one, or without a season the last value. */
export function rivalOf(season: number): BaselineName {
  return season > 1 ? "seasonal" : "last";
}

/** The same in short, as training needs it: the lower MASE is, the better. */
export function forecastValidation({ metrics }: ForecasterEvaluation): Validation {
  const { mase = NaN } = metrics;
  return { score: -mase, metrics };
}

/** What a description says of a model's intervals: quantiles of what came less what it forecast, on val. */
export function intervalsOf(
  { origins, windows, forecasts }: ForecastRows,
  { columns, horizon }: Pick<ForecasterDescription, "columns" | "horizon">,
): NonNullable<ForecasterDescription["intervals"]> {
  return columns.map((_, c) => {
    const actual = joined(origins, horizon, (origin) => windows.actual(c, origin));
    const quantiles = residualQuantiles(actual, forecasts[c] as Float64Array, horizon, [INTERVAL.low, INTERVAL.high]);
    return quantiles.map(([low = NaN, high = NaN]) => [numberOrNull(low), numberOrNull(high)]);
  });
}

/** Forecasts [n, horizon] with the bounds of each. */
export function boundsOf(
  forecast: Float64Array,
  intervals: NonNullable<ForecasterDescription["intervals"]>[number],
): { low: Float64Array; high: Float64Array } {
  const at = (i: number, side: 0 | 1): number => intervals[i % intervals.length]?.[side] ?? NaN;
  return { low: forecast.map((value, i) => value + at(i, 0)), high: forecast.map((value, i) => value + at(i, 1)) };
}

function metricsOf(columns: readonly MeasuredColumn[], season: number): Record<string, number> {
  const rival = rivalOf(season);
  const over = (value: (column: MeasuredColumn) => number): number => mean(columns.map(value));
  const rivalMase = over(({ baselines }) => baselines.find(({ name }) => name === rival)?.errors.mase ?? NaN);
  const mase = over(({ model }) => model.errors.mase);
  return {
    mase,
    mae: over(({ model }) => model.errors.mae),
    rmse: over(({ model }) => model.errors.rmse),
    smape: over(({ model }) => model.errors.smape),
    skill: skill(mase, rivalMase),
  };
}

function joined(origins: Uint32Array, horizon: number, rowsAt: (origin: number) => Float64Array): Float64Array {
  const all = new Float64Array(origins.length * horizon);
  origins.forEach((origin, i) => {
    all.set(rowsAt(origin), i * horizon);
  });
  return all;
}

function numberOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
