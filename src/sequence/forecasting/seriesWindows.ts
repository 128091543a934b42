import { AnchorkitError } from "../../base/errors.ts";
import { countOf } from "../../base/words.ts";
import type { Series } from "../../data/dataset.ts";
import { shownPath } from "../../data/files.ts";
import { filledColumns } from "../../data/series/filledColumns.ts";
import { BASELINES, type BaselineName } from "../../metrics/forecasting/baselines.ts";
import { calendarFeatures } from "./calendar.ts";
import { columnsRead, featuresOf, type ForecasterDescription, reachOf, type Spread } from "./description.ts";
import type { Residual } from "./options.ts";

/** What shapes a window, and scales it. */
export type WindowDescription = Pick<
  ForecasterDescription,
  "columns" | "inputs" | "calendar" | "window" | "horizon" | "season" | "residual"
>;

/**
 * What a model sees and learns of a series, window by window. A window is known by its origin, the first row that is
 * forecast; what is seen are the rows before it. A missing value is seen as the value before it, and is NaN as a target.
 */
export class SeriesWindows {
  readonly rows: number;
  /** Rows before an origin that must be there. */
  readonly reach: number;
  readonly #described: WindowDescription;
  /** Filled, those to forecast first. */
  readonly #columns: Float64Array[];
  readonly #actual: Float64Array[];
  readonly #calendar: Float64Array[];

  /** @throws AnchorkitError if the series does not have the columns, or the times that the calendar is about */
  constructor(series: Series, described: WindowDescription) {
    this.rows = series.values.length;
    this.reach = reachOf(described);
    this.#described = described;
    const filled = filledColumns(series);
    const places = columnsRead(described).map((name) => placeOf(series, name));
    this.#columns = places.map((at) => filled[at] as Float64Array);
    this.#actual = places
      .slice(0, described.columns.length)
      .map((at) => Float64Array.from(series.values, (row) => row[at] as number));
    this.#calendar = calendarFeatures(series, described.calendar);
  }

  /** Writes the window before an origin, [window, features] row by row, to a place in `into`. */
  writeInput(origin: number, into: Float32Array, place: number): void {
    const { columns, inputs, window, season, residual } = this.#described;
    const features = featuresOf(this.#described);
    const first = origin - window;
    let channel = place;
    const write = (values: Float64Array, { mean, deviation }: Spread, before?: number): void => {
      for (let k = 0; k < window; k++) {
        const row = first + k;
        const less = before === undefined ? 0 : (values[row - before] as number);
        into[channel + k * features] = ((values[row] as number) - less - mean) / deviation;
      }
      channel++;
    };
    for (const [c, { level, change }] of columns.entries()) {
      const values = this.#columns[c] as Float64Array;
      const mean = residual === "none" ? level.mean : (values[origin - 1] as number);
      write(values, { mean, deviation: level.deviation });
      if (!change) continue;
      const last = (values[origin - 1] as number) - (values[origin - 1 - season] as number);
      write(values, residual === "seasonal-change" ? { ...change, mean: last } : change, season);
    }
    for (const [i, { level }] of inputs.entries()) write(this.#columns[columns.length + i] as Float64Array, level);
    for (const values of this.#calendar) write(values, { mean: 0, deviation: 1 });
  }

  /** Writes what the network's output should be, [horizon, columns], and 1 for what is known of that, to a place. */
  writeTarget(origin: number, into: { targets: Float32Array; known: Float32Array }, place: number): void {
    const { columns, horizon } = this.#described;
    for (const [c, { output }] of columns.entries()) {
      const base = this.base(c, origin);
      const actual = this.actual(c, origin);
      for (let h = 0; h < horizon; h++) {
        const at = place + h * columns.length + c;
        const value = actual[h] as number;
        into.known[at] = Number.isNaN(value) ? 0 : 1;
        into.targets[at] = Number.isNaN(value) ? 0 : (value - (base[h] as number)) / output;
      }
    }
  }

  /** What the network's output is added to: a baseline, or the mean of train. */
  base(column: number, origin: number): Float64Array {
    const { residual, columns, horizon } = this.#described;
    if (residual === "none") return new Float64Array(horizon).fill(columns[column]?.level.mean ?? 0);
    return this.baseline(residual, column, origin);
  }

  /** A forecast without a model, see `BASELINES`. */
  baseline(name: BaselineName, column: number, origin: number): Float64Array {
    const { horizon, season } = this.#described;
    return BASELINES[name](this.#columns[column] as Float64Array, { origin, horizon, season });
  }

  /** What came from an origin on; NaN where that is not known. */
  actual(column: number, origin: number): Float64Array {
    return (this.#actual[column] as Float64Array).subarray(origin, origin + this.#described.horizon);
  }
}

/** The residuals that a series with or without a season is tried with, in the order in which ties are decided. */
export function residualsFor(season: number): Exclude<Residual, "none">[] {
  return season > 1 ? ["last", "seasonal", "seasonal-change"] : ["last"];
}

function placeOf({ columns, file, values }: Series, name: string): number {
  const at = columns.indexOf(name);
  if (at >= 0) return at;
  throw new AnchorkitError(`${shownPath(file)}: ${countOf(values.length, "row")} without the column "${name}"`);
}
