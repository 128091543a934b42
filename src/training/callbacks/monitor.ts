import { AnchorkitError } from "../../base/errors.ts";
import { nearest } from "../../geometry/nearest.ts";
import type { FitValidation } from "../loop/progress.ts";
import { isBetterWhenLower } from "../metrics/names.ts";

/** Which number of a validation is watched, and what counts as better. */
export interface Monitor {
  /**
   * `score` (what decides which weights are the best), `loss` (of training), `validationLoss`, or the name of a metric;
   * `score` unless told.
   */
  monitor?: string;
  /**
   * Whether lower or higher is better. Unless told it is `min` for a word that ends in "loss" and for the metrics of METRICS for
   * which lower is better, such as `mae` and `val_mae`, and `max` for all else.
   */
  mode?: "min" | "max";
  /** A value must be better by more than this to count. */
  minDelta?: number;
}

/** The monitored number of a validation. @throws AnchorkitError that names what there is, where it is not among them */
export function monitored({ monitor = "score" }: Monitor, state: FitValidation): number {
  const { loss, score, validationLoss, metrics } = state;
  const known: Record<string, number> = {
    ...metrics,
    ...{ score, loss },
    ...(validationLoss !== undefined && { validationLoss }),
  };
  const value = Object.hasOwn(known, monitor) ? known[monitor] : undefined;
  if (value !== undefined) return value;
  const names = Object.keys(known);
  const similar = nearest(monitor, names);
  const hint = similar === undefined ? "" : ` (did you mean "${similar}"?)`;
  throw new AnchorkitError(`monitor: a validation has no "${monitor}"${hint}; it has ${names.join(", ")}`);
}

/** Whether a value is better than the best so far; any number is better than none. */
export function isBetter(monitor: Monitor, value: number, best: number | null): boolean {
  const { minDelta = 0 } = monitor;
  if (best === null) return Number.isFinite(value);
  return modeOf(monitor) === "min" ? value < best - minDelta : value > best + minDelta;
}

/** Whether lower or higher values of the monitored number are better. */
export function modeOf({ monitor = "score", mode }: Monitor): "min" | "max" {
  return mode ?? (isBetterWhenLower(monitor) ? "min" : "max");
}
