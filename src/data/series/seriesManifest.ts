import { createHash } from "node:crypto";
import { basename } from "node:path";
import { z } from "zod";
import { AnchorkitError } from "../../base/errors.ts";
import { count, countOf } from "../../base/words.ts";
import type { Series } from "../dataset.ts";
import { endsOf } from "./splitSeries.ts";
import { momentOf } from "./times.ts";

const Hash = z.string().regex(/^[0-9a-f]{64}$/);

/** What a training was begun with, where it learns from a series: part of a run's splits.json. */
export const ManifestSeries = z.object({
  /** Of the file, without its folder. */
  name: z.string(),
  rows: z.int().min(1),
  /** See `Series.ends`. */
  ends: z.object({ train: z.int().min(0), val: z.int().min(0) }),
  /** Of the values of each column. */
  columns: z.record(z.string(), Hash),
  /** Of all times, and those of the first rows of val and test; where there are times. */
  times: Hash.optional(),
  began: z.object({ val: z.string(), test: z.string().optional() }).optional(),
});
export type ManifestSeries = z.infer<typeof ManifestSeries>;

/** Describes a series that is split. */
export function seriesManifest(series: Series): ManifestSeries {
  const { file, values, times } = series;
  const ends = endsOf(series.ends);
  const test = times?.[ends.val];
  return {
    name: basename(file),
    rows: values.length,
    ends,
    columns: columnHashes(series, values.length),
    ...(times && {
      times: timesHash(times, values.length),
      began: { val: times[ends.train] ?? "", ...(test !== undefined && { test }) },
    }),
  };
}

/**
 * A series split as a training split it. Where it begins with the very rows of that, they keep their splits, and rows that
 * were added are test: nothing was trained on them. Otherwise what comes before the time at which val or test began there
 * counts as train or val, as it may be the same series, corrected; without times the same holds for row numbers, of a file
 * with the same name. Any other series is all test.
 *
 * @returns the series, and a line for a person where it is not the one that was trained on
 */
export function splitAsTrained(before: ManifestSeries, series: Series): { series: Series; says?: string } {
  const { rows, ends } = before;
  const { values, times } = series;
  if (differences(before, series).length === 0) {
    const added = values.length - rows;
    const says = `${countOf(added, "row")} ${added === 1 ? "was" : "were"} added since the training, and ${added === 1 ? "is" : "are"} test`;
    return { series: { ...series, ends }, ...(added > 0 && { says }) };
  }
  const byTime = times && before.began && endsByTime(before.began, times);
  if (byTime) {
    const says =
      "its values are not those that were trained on: what comes before the time at which test began then is not test";
    return { series: { ...series, ends: byTime }, says };
  }
  if (basename(series.file) === before.name) {
    const [train, val] = [Math.min(ends.train, values.length), Math.min(ends.val, values.length)];
    return {
      series: { ...series, ends: { train, val } },
      says: "its values are not those that were trained on; the splits are those of its row numbers",
    };
  }
  return {
    series: { ...series, ends: { train: 0, val: 0 } },
    says: "another series than the one that was trained on: all of it is test",
  };
}

/**
 * The series of a training that goes on, as it was begun with.
 *
 * @throws AnchorkitError that says how it differs
 */
export function resumedSeries(before: ManifestSeries, series: Series): Series {
  const { rows, ends } = before;
  const changes = differences(before, series);
  const added = series.values.length - rows;
  if (changes.length === 0 && added > 0) changes.push(`${countOf(added, "row")} that it did not have`);
  if (changes.length === 0) return { ...series, ends };
  throw new AnchorkitError(
    `the data is not what this training was begun with: ${changes.join("; ")}. ` +
      "Give it the data as it was, or begin a new training from the weights of this one",
  );
}

/** How the first rows of a series differ from those of a training. */
function differences({ rows, columns, times }: ManifestSeries, series: Series): string[] {
  const missing = Object.keys(columns).filter((name) => !series.columns.includes(name));
  if (missing.length > 0) return [`without the column ${missing.map((name) => `"${name}"`).join(", ")}`];
  if (series.values.length < rows) return [`${count(series.values.length)} rows, where it had ${count(rows)}`];
  const now = columnHashes(series, rows);
  const other = Object.keys(columns).filter((name) => columns[name] !== now[name]);
  if (other.length > 0) return [`other values in ${other.map((name) => `"${name}"`).join(", ")}`];
  const moved = (series.times && timesHash(series.times, rows)) !== times;
  return moved ? ["other times"] : [];
}

function columnHashes({ columns, values }: Series, rows: number): Record<string, string> {
  return Object.fromEntries(
    columns.map((name, c) => {
      const column = Float64Array.from({ length: rows }, (_, row) => values[row]?.[c] ?? NaN);
      return [name, createHash("sha256").update(column).digest("hex")];
    }),
  );
}

function timesHash(times: readonly string[], rows: number): string {
  const hash = createHash("sha256");
  for (const time of times.slice(0, rows)) hash.update(`${time.trim()}\n`);
  return hash.digest("hex");
}

/** Undefined where times are of another kind than those of the training. */
function endsByTime({ val, test }: NonNullable<ManifestSeries["began"]>, times: readonly string[]): Series["ends"] {
  const moments = times.map((time) => momentOf(time));
  const rowsBefore = (text: string): number | undefined => {
    const at = momentOf(text);
    if (at?.kind !== moments[0]?.kind) return undefined;
    const row = moments.findIndex((moment) => moment && at && moment.value >= at.value);
    return row < 0 ? times.length : row;
  };
  const [train, untilTest] = [rowsBefore(val), test === undefined ? times.length : rowsBefore(test)];
  return train === undefined || untilTest === undefined ? undefined : { train, val: untilTest };
}
