import { AnchorkitError } from "../../base/errors.ts";
import { median } from "../../base/statistics.ts";
import { countOf } from "../../base/words.ts";

/** The times of a series as numbers, and the usual step from one row to the next. */
export interface TimeAxis {
  /** Milliseconds since 1970 (UTC) of dates; numbers as they are. */
  kind: "date" | "number";
  values: Float64Array;
  /** The median step; of dates that lie on one day of the months, or at their ends, in months. */
  step: { months: number } | { amount: number };
  /** Rows before which more than one and a half of the usual step has passed. */
  gaps: number[];
}

/** A time as it stands in a cell. */
interface Moment {
  kind: TimeAxis["kind"];
  value: number;
  /** How a date was written, for others like it. */
  form?: { day: boolean; clock: "" | "T" | " "; seconds: boolean; separator: string; zone: string; offset: number };
}

const DATE =
  /^(\d{4})([-/])(\d{1,2})(?:\2(\d{1,2})(?:([T ])(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|[-+]\d{2}:?\d{2})?)?)?$/;
const NUMBER = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d{1,3})?$/i;

/**
 * The time that a cell holds: a number, or a date as ISO 8601 has it (2026-03, 2026-03-01, 2026/03/01,
 * 2026-03-01T14:30:05.25+01:00; without a zone it is taken for UTC). Undefined for anything else.
 */
export function momentOf(text: string): Moment | undefined {
  const cell = text.trim();
  if (NUMBER.test(cell)) {
    const value = Number(cell);
    return Number.isFinite(value) ? { kind: "number", value } : undefined;
  }
  const [, year, separator = "-", month, day, clock, hour = "0", minute = "0", second, fraction = "0", zone = ""] =
    DATE.exec(cell) ?? [];
  if (year === undefined) return undefined;
  const parts = [Number(year), Number(month) - 1, Number(day ?? 1)] as const;
  const time = [Number(hour), Number(minute), Number(second ?? 0)] as const;
  const date = new Date(0);
  date.setUTCFullYear(...parts);
  const exists = date.getUTCMonth() === parts[1] && date.getUTCDate() === parts[2];
  if (!exists || time[0] > 23 || time[1] > 59 || time[2] > 59) return undefined;
  const offset = minutesOf(zone);
  const value = date.getTime() + 1000 * (3600 * time[0] + 60 * (time[1] - offset) + time[2] + Number(`0.${fraction}`));
  const form = {
    day: day !== undefined,
    clock: (clock ?? "") as "" | "T" | " ",
    seconds: second !== undefined,
    separator,
    zone,
    offset,
  };
  return { kind: "date", value, form };
}

/**
 * The times of rows, which must ascend.
 *
 * @param whereOf names the row in messages
 * @throws AnchorkitError that names the first cell which holds no time, one of another kind, or one that does not come
 * after the row before
 */
export function timeAxis(times: readonly string[], whereOf: (row: number) => string): TimeAxis {
  const values = new Float64Array(times.length);
  const kind = momentOf(times[0] ?? "")?.kind ?? "date";
  for (const [row, text] of times.entries()) {
    const moment = momentOf(text);
    if (moment?.kind !== kind) throw new AnchorkitError(`${whereOf(row)}: ${wrong(text, kind, row)}`);
    values[row] = moment.value;
    const before = times[row - 1];
    if (before !== undefined && !(moment.value > (values[row - 1] as number))) {
      throw new AnchorkitError(
        `${whereOf(row)}: "${text.trim()}" does not come after "${before.trim()}" in the row before: rows must be in the order of time, each time once`,
      );
    }
  }
  const months = kind === "date" ? monthsOf(values) : undefined;
  const usual = median(differencesOf(months ?? values));
  const step = months && usual >= 1 ? { months: Math.round(usual) } : { amount: median(differencesOf(values)) };
  const steps = "months" in step && months ? differencesOf(months) : differencesOf(values);
  const one = "months" in step ? step.months : step.amount;
  const gaps = steps.flatMap((difference, i) => (difference > 1.5 * one ? [i + 1] : []));
  return { kind, values, step, gaps };
}

/** The times of the next rows, written as the last one is, as many as asked for; the usual step lies between them. */
export function nextTimes(
  times: readonly string[],
  { values, step }: Pick<TimeAxis, "values" | "step">,
  count: number,
): string[] {
  const last = times.at(-1) ?? "";
  const moment = momentOf(last);
  if (!moment) return [];
  const { value, form } = moment;
  return Array.from({ length: count }, (_, i) => {
    if (!form) return String(Number((value + (i + 1) * ("amount" in step ? step.amount : 1)).toPrecision(12)));
    const next = "months" in step ? monthsLater(value, (i + 1) * step.months, values) : value + (i + 1) * step.amount;
    return written(next, form);
  });
}

/** "every 7 days", "every month", "every 0.5" */
export function describeStep({ kind, step }: Pick<TimeAxis, "kind" | "step">): string {
  if ("months" in step) return step.months % 12 === 0 ? every(step.months / 12, "year") : every(step.months, "month");
  if (kind === "number") return `every ${Number(step.amount.toPrecision(6))}`;
  const [unit, size] = UNITS.find(([, milliseconds]) => step.amount >= milliseconds) ?? ["second", 1000];
  return every(Number((step.amount / size).toPrecision(4)), unit);
}

const UNITS = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
] as const;

function every(amount: number, unit: string): string {
  return amount === 1 ? `every ${unit}` : `every ${countOf(amount, unit)}`;
}

function wrong(text: string, kind: TimeAxis["kind"], row: number): string {
  const forms =
    kind === "number" && row > 0
      ? "a number, as the rows before"
      : "a number or a date such as 2026-03-01 or 2026-03-01T14:30";
  return text.trim() === "" ? `is empty, where ${forms} must stand` : `"${text.trim()}" is not ${forms}`;
}

function minutesOf(zone: string): number {
  const [, sign, hours = "0", minutes = "0"] = /^([-+])(\d{2}):?(\d{2})$/.exec(zone) ?? [];
  return (sign === "-" ? -1 : 1) * (60 * Number(hours) + Number(minutes));
}

/** Months since the year 0, where all dates lie on the same day of their months, or at their ends, at one time of day. */
function monthsOf(values: Float64Array): Float64Array | undefined {
  const dates = Array.from(values, (value) => new Date(value));
  const [first] = dates;
  if (!first) return undefined;
  const sameTime = [...values].every((value) => (value - (values[0] as number)) % 86_400_000 === 0);
  const sameDay = dates.every((date) => date.getUTCDate() === first.getUTCDate());
  if (!sameTime || (!sameDay && !dates.every(isMonthEnd))) return undefined;
  return Float64Array.from(dates, (date) => 12 * date.getUTCFullYear() + date.getUTCMonth());
}

function isMonthEnd(date: Date): boolean {
  return new Date(date.getTime() + 86_400_000).getUTCDate() === 1;
}

function monthsLater(value: number, months: number, all: Float64Array): number {
  const date = new Date(value);
  const atEnds = isMonthEnd(date) && Array.from(all.subarray(-12), (one) => new Date(one)).every(isMonthEnd);
  const first = new Date(value);
  first.setUTCDate(1);
  first.setUTCMonth(first.getUTCMonth() + months);
  const length = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  first.setUTCDate(atEnds ? length : Math.min(date.getUTCDate(), length));
  return first.getTime();
}

function written(value: number, { day, clock, seconds, separator, zone, offset }: NonNullable<Moment["form"]>): string {
  const iso = new Date(value + 60_000 * offset).toISOString();
  const [date = "", time = ""] = iso.split("T");
  const shown = (day ? date : date.slice(0, 7)).replaceAll("-", separator);
  const hasSeconds = seconds || value % 60_000 !== 0;
  const at = value % 1000 === 0 ? time.slice(0, 8) : time.slice(0, 12);
  return clock === "" ? shown : `${shown}${clock}${hasSeconds ? at : time.slice(0, 5)}${zone}`;
}

function differencesOf(values: Float64Array): number[] {
  return Array.from(values.subarray(1), (value, i) => value - (values[i] as number));
}
