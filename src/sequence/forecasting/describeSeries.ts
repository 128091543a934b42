import { AnchorkitError, UsageError } from "../../base/errors.ts";
import { mean } from "../../base/statistics.ts";
import { count } from "../../base/words.ts";
import { nearest } from "../../geometry/nearest.ts";
import type { Series } from "../../data/dataset.ts";
import { filledColumns } from "../../data/series/filledColumns.ts";
import { findSeason } from "../../data/series/findSeason.ts";
import { endsOf, rowsOfSplit } from "../../data/series/splitSeries.ts";
import { windowOrigins } from "../../data/series/windowOrigins.ts";
import { BASELINES } from "../../metrics/forecasting/baselines.ts";
import { naiveScale } from "../../metrics/forecasting/forecastErrors.ts";
import { cyclesOf } from "./calendar.ts";
import { type ForecasterDescription, reachOf, type Spread } from "./description.ts";
import { type ForecastOptions, namesIn, type Residual } from "./options.ts";
import { residualsFor } from "./seriesWindows.ts";

/** All of a description that is chosen and measured before a training; all scales are those of train. */
export type MeasuredDescription = Omit<
  ForecasterDescription,
  "format" | "version" | "model" | "classes" | "intervals" | "weights"
>;

/** Windows of the default length have so many rows, where no season asks for another. */
const WINDOW = { least: 24, most: 96 };
/** Windows that are looked at for scales, at most. */
const LOOKED_AT = 2000;

/**
 * What a model of a series is, from its rows of train (and, for the residual, from which baseline does best on val), with
 * lines that say what was chosen.
 *
 * @throws AnchorkitError for a series that is too short or does not vary; UsageError for columns that it does not have
 */
export function describeSeries(
  series: Series,
  options: ForecastOptions,
): { description: MeasuredDescription; notes: string[] } {
  const { targets, inputs } = rolesOf(series, options);
  const filled = filledColumns(series);
  const valuesOf = (name: string): Float64Array => filled[series.columns.indexOf(name)] as Float64Array;
  const { train } = endsOf(series.ends);
  const trained = targets.map((name) => valuesOf(name).subarray(0, train));
  const { season, says } = seasonOf(trained[0] as Float64Array, options.season);
  const { horizon, rnn, units, layers, dropout } = options;
  const window = options.window ?? Math.max(2 * horizon, Math.min(season, WINDOW.most), WINDOW.least);
  const reach = reachOf({ window, season });
  requireWindows(series, { reach, horizon });
  const scales = trained.map((values, i) => scaleOf(values, series, targets[i] ?? "", season));
  const origins = {
    train: some(windowOrigins([0, train], { reach, horizon })),
    val: windowOrigins(rowsOfSplit(series, "val"), { reach, horizon }),
  };
  const errorOn = (of: Uint32Array, residual: Exclude<Residual, "none">): number =>
    mean(
      targets.map((name, c) => meanError(valuesOf(name), of, { residual, horizon, season }) / (scales[c] as number)),
    );
  const tried = residualsFor(season).map((residual) => ({ residual, error: errorOn(origins.val, residual) }));
  const best = tried.reduce((a, b) => (b.error < a.error ? b : a));
  const residual = options.residual === "auto" ? best.residual : options.residual;
  if (residual !== "none" && !tried.some((one) => one.residual === residual)) {
    throw new UsageError(`residual: ${residual} needs a season; name one with season, or choose last or none`);
  }
  const columns = targets.map((name, c) => {
    const values = valuesOf(name);
    return {
      name,
      level:
        residual === "none"
          ? spreadOf(values.subarray(0, train))
          : { mean: 0, deviation: windowSpread(values, origins.train, window) },
      ...(season > 1 && { change: changeSpread(values, { residual, season, train, window, origins: origins.train }) }),
      output: outputSpread(values, origins.train, { residual, horizon, season }),
      scale: scales[c] as number,
    };
  });
  return {
    description: {
      columns,
      inputs: inputs.map((name) => ({ name, level: spreadOf(valuesOf(name).subarray(0, train)) })),
      ...(series.time !== undefined && { time: series.time }),
      calendar: options.calendar ? cyclesOf(series) : [],
      ...{ window, horizon, season, residual },
      architecture: { rnn, units, layers, dropout },
    },
    notes: [
      says,
      ...(options.residual === "auto"
        ? [
            `the network corrects the baseline "${residual}", ${tried.length > 1 ? "the best of " + tried.map((one) => one.residual).join(", ") + " on val" : "as there is no season"}`,
          ]
        : []),
    ],
  };
}

/** Which columns are forecast and which are looked at only. */
function rolesOf(
  { columns }: Series,
  { column, inputs: further }: ForecastOptions,
): { targets: string[]; inputs: string[] } {
  const named = (list: string | undefined): string[] => [
    ...new Set(namesIn(list).map((name) => columnNamed(name, columns))),
  ];
  const targets = column === undefined && columns.length === 1 ? [...columns] : named(column);
  if (targets.length === 0)
    throw new UsageError(`column: which column is to be forecast? There are ${columns.join(", ")}`);
  return { targets, inputs: named(further).filter((name) => !targets.includes(name)) };
}

function columnNamed(name: string, columns: readonly string[]): string {
  const found = columns.find((one) => one === name) ?? columns.find((one) => one.toLowerCase() === name.toLowerCase());
  if (found !== undefined) return found;
  const meant = nearest(name, columns);
  throw new UsageError(
    `column: the series has no column "${name}"${meant === undefined ? "" : ` (did you mean "${meant}"?)`}; there are ${columns.join(", ")}`,
  );
}

function seasonOf(values: Float64Array, given: number | undefined): { season: number; says: string } {
  if (given !== undefined)
    return { season: given, says: given === 1 ? "without a season" : `a season of ${count(given)} rows, as told` };
  const found = findSeason(values);
  if (!found) return { season: 1, says: "no season was found in train: name one with season if there is one" };
  return {
    season: found.rows,
    says: `a season of ${count(found.rows)} rows was found in train (autocorrelation ${found.correlation.toFixed(2)})`,
  };
}

/** @throws AnchorkitError where train or val has no window */
function requireWindows(series: Series, { reach, horizon }: { reach: number; horizon: number }): void {
  for (const split of ["train", "val"] as const) {
    const rows = rowsOfSplit(series, split);
    if (windowOrigins(rows, { reach, horizon }).length > 0) continue;
    const had = split === "train" ? rows[1] : rows[1] - rows[0];
    const needed =
      split === "train"
        ? `${count(reach)} before a forecast (window and season) and a horizon of ${count(horizon)}`
        : `a horizon of ${count(horizon)}`;
    throw new AnchorkitError(
      `the series is too short: ${split} has ${count(had)} rows, for ${needed}; choose a shorter window, season or horizon, or other shares`,
    );
  }
}

/** What MASE divides by; a series that its season repeats exactly is measured by its last values instead. */
function scaleOf(values: Float64Array, { columns, values: rows }: Series, name: string, season: number): number {
  const known = Float64Array.from(rows.slice(0, values.length), (row) => row[columns.indexOf(name)] as number);
  const { deviation } = spreadOf(values);
  const scale = [naiveScale(known, season), naiveScale(known)].find((one) => one > 1e-9 * deviation);
  if (scale !== undefined && values.some((value) => value !== values[0])) return scale;
  throw new AnchorkitError(`${name}: does not vary in train, so that there is nothing to forecast`);
}

interface Corrected {
  residual: Residual;
  horizon: number;
  season: number;
}

function meanError(
  values: Float64Array,
  origins: Uint32Array,
  corrected: Corrected & { residual: Exclude<Residual, "none"> },
): number {
  return mean(residualsAt(values, origins, corrected).map(Math.abs));
}

/** The root of the mean square of what the network is to say. */
function outputSpread(values: Float64Array, origins: Uint32Array, corrected: Corrected): number {
  const { residual } = corrected;
  if (residual === "none") return spreadOf(values).deviation;
  return rootMeanSquare(residualsAt(values, origins, { ...corrected, residual }));
}

function residualsAt(
  values: Float64Array,
  origins: Uint32Array,
  { residual, ...at }: Corrected & { residual: Exclude<Residual, "none"> },
): Float64Array {
  const all = new Float64Array(origins.length * at.horizon);
  for (const [i, origin] of origins.entries()) {
    const base = BASELINES[residual](values, { ...at, origin });
    base.forEach((value, h) => {
      all[i * at.horizon + h] = (values[origin + h] as number) - value;
    });
  }
  return all;
}

/** The root of the mean square of the values in windows, less the last one of each. */
function windowSpread(values: Float64Array, origins: Uint32Array, window: number): number {
  const all = new Float64Array(origins.length * window);
  for (const [i, origin] of origins.entries()) {
    for (let k = 1; k <= window; k++)
      all[i * window + k - 1] = (values[origin - k] as number) - (values[origin - 1] as number);
  }
  return rootMeanSquare(all);
}

/** Of the differences from a season before: over train, or as far as they change in a window. */
function changeSpread(
  values: Float64Array,
  {
    residual,
    season,
    train,
    window,
    origins,
  }: { residual: Residual; season: number; train: number; window: number; origins: Uint32Array },
): Spread {
  const changes = values.map((value, row) => value - (values[row - season] ?? NaN));
  if (residual !== "seasonal-change") return spreadOf(changes.subarray(season, train));
  return { mean: 0, deviation: windowSpread(changes, origins, window) };
}

function rootMeanSquare(values: Float64Array): number {
  return Math.sqrt(mean(values.map((value) => value * value))) || 1;
}

function spreadOf(values: Float64Array): Spread {
  const middle = mean(values);
  return { mean: middle, deviation: rootMeanSquare(values.map((value) => value - middle)) };
}

/** Evenly spread ones of them, as many as are looked at. */
function some(origins: Uint32Array): Uint32Array {
  const every = Math.ceil(origins.length / LOOKED_AT);
  return origins.filter((_, i) => i % every === 0);
}
