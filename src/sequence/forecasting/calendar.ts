import { AnchorkitError } from "../../base/errors.ts";
import type { Series } from "../../data/dataset.ts";
import { shownPath } from "../../data/files.ts";
import { type TimeAxis, timeAxis } from "../../data/series/times.ts";
import type { CYCLES } from "./description.ts";

type Cycle = (typeof CYCLES)[number];

const DAY = 86_400_000;
/** 1970 began with a Thursday; a mean year of the Gregorian calendar. */
const LENGTHS: Readonly<Record<Cycle, number>> = { day: DAY, week: 7 * DAY, year: 365.2425 * DAY };

/** The cycles that times go through in more than one step. @throws AnchorkitError if the series has no dates */
export function cyclesOf(series: Series): Cycle[] {
  const { step } = datesOf(series);
  const milliseconds = "months" in step ? (step.months * LENGTHS.year) / 12 : step.amount;
  const cycles = Object.keys(LENGTHS) as Cycle[];
  return cycles.filter((cycle) => milliseconds < LENGTHS[cycle]);
}

/** For each cycle the sine and the cosine of where in it each row is. */
export function calendarFeatures(series: Series, cycles: readonly Cycle[]): Float64Array[] {
  if (cycles.length === 0) return [];
  const { values } = datesOf(series);
  return cycles.flatMap((cycle) => {
    const angles = values.map((time) => (2 * Math.PI * time) / LENGTHS[cycle]);
    return [angles.map(Math.sin), angles.map(Math.cos)];
  });
}

function datesOf({ file, times, time }: Series): TimeAxis {
  const name = shownPath(file);
  const axis = times && timeAxis(times, (row) => `${name}: row ${row + 1}: ${time ?? "time"}`);
  if (axis?.kind === "date") return axis;
  throw new AnchorkitError(
    `${name}: the calendar is about dates, and the series has ${axis ? "numbers as its times" : "no times"}`,
  );
}
