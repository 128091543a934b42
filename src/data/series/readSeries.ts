import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { AnchorkitError } from "../../base/errors.ts";
import { count, countOf } from "../../base/words.ts";
import { nearest } from "../../geometry/nearest.ts";
import { knownOptions } from "../../geometry/knownOptions.ts";
import type { Dataset, Series } from "../dataset.ts";
import { readHead, shownPath } from "../files.ts";
import { type CsvRow, csvRows, firstRows } from "../records/csvRows.ts";
import { Warnings } from "../warnings.ts";
import { momentOf, timeAxis } from "./times.ts";

export interface ReadSeriesOptions {
  /** Which columns to read, in this order; the only one beside the times unless told. */
  columns?: readonly string[] | undefined;
  /** The column of times, or `none`; unless told, one called time, date or the like, or the first one if it holds dates. */
  time?: string | undefined;
}

/** What a series may have at most, so that it fits into memory. */
const MOST = { rows: 2_000_000, columns: 10_000, values: 20_000_000, magnitude: 1e30 };

/** What the column of times is called, as a rule. */
const TIME_NAMES = ["time", "date", "datetime", "timestamp", "date_time", "ds", "day", "week", "month", "year"];

const MISSING = new Set(["", "na", "n/a", "#n/a", "<na>", "nan", "-nan", "null", "none"]);
const NUMBER = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i;

/**
 * Reads rows of numbers over time: a CSV file whose first line names the columns, with commas, semicolons or tabs between
 * its cells. Only the columns that are asked for are looked at, and the times, which must ascend. A missing value (an
 * empty cell, NA, NaN, null, none) is NaN; how many there are, and gaps in the times, is in the warnings.
 *
 * @throws AnchorkitError in one line that names file, line and column: for a column that is not there, a cell that is no
 * number, times that do not ascend, a file without rows, or one beyond the limits
 */
export async function readSeries(
  path: string,
  options: ReadSeriesOptions = {},
): Promise<{ dataset: Dataset & { series: Series }; warnings: string[] }> {
  knownOptions("readSeries", options, { columns: true, time: true });
  const file = resolve(path);
  const name = shownPath(file);
  if ((await stat(file).catch(() => undefined))?.isDirectory()) {
    throw new AnchorkitError(`${name}: is a folder; a series is a CSV file of numbers`);
  }
  const warnings = new Warnings();
  const values: Float64Array[] = [];
  const places: string[] = [];
  const times: string[] = [];
  let head: Head | undefined;
  let header: CsvRow | undefined;
  for await (const row of csvRows(file)) {
    if (!header) {
      header = row;
      continue;
    }
    head ??= headOf(header, row, name, options);
    if (values.length >= Math.min(MOST.rows, MOST.values / head.columns.length)) {
      throw new AnchorkitError(
        `${row.where}: more than ${count(values.length)} rows of ${countOf(head.columns.length, "column")} are too many for a series`,
      );
    }
    if (row.cells.length !== header.cells.length) {
      throw new AnchorkitError(
        `${row.where}: has ${countOf(row.cells.length, "cell")} for ${countOf(header.cells.length, "column")}`,
      );
    }
    values.push(Float64Array.from(head.columns, ({ at, name: column }) => valueIn(row, at, column, warnings)));
    places.push(row.where);
    if (head.time) times.push(row.cells[head.time.at] ?? "");
  }
  if (!head)
    throw new AnchorkitError(
      `${name}: ${header ? "holds no rows below the names of its columns" : "the file is empty"}`,
    );
  const { columns, time } = head;
  const empty = columns.find((_, c) => values.every((row) => Number.isNaN(row[c])));
  if (empty) throw new AnchorkitError(`${name}: the column "${empty.name}" holds no number at all`);
  if (time) noteGaps(times, time.name, places, warnings);
  const series: Series = {
    file,
    columns: columns.map((column) => column.name),
    values,
    ...(time && { times, time: time.name }),
  };
  return { dataset: { classes: [], images: [], series }, warnings: warnings.lines() };
}

/** Whether a file looks like rows of numbers over time: names in its first line, and only numbers and times below. */
export async function looksLikeSeries(path: string): Promise<boolean> {
  const [header, ...rows] = firstRows(await readHead(path, 20_000).catch(() => ""), 3);
  if (!header || rows.length === 0 || header.every((cell) => NUMBER.test(cell.trim()))) return false;
  const cells = rows.flatMap((row) => row.map((cell) => cell.trim()));
  return (
    cells.some((cell) => NUMBER.test(cell)) &&
    cells.every((cell) => MISSING.has(cell.toLowerCase()) || momentOf(cell) !== undefined)
  );
}

interface Column {
  name: string;
  at: number;
}

interface Head {
  columns: Column[];
  time?: Column;
}

/** Which columns are read, by the header and the first row below it. */
function headOf(header: CsvRow, first: CsvRow, file: string, { columns: asked, time }: ReadSeriesOptions): Head {
  const names = header.cells.map((cell, i) => cell.trim() || `column ${i + 1}`);
  if (names.length > MOST.columns)
    throw new AnchorkitError(`${header.where}: ${count(names.length)} columns are more than ${count(MOST.columns)}`);
  if (header.cells.every((cell) => NUMBER.test(cell.trim()))) {
    throw new AnchorkitError(`${header.where}: holds numbers, where the names of the columns must stand`);
  }
  const twice = names.find((one, i) => names.indexOf(one) < i);
  if (twice !== undefined) throw new AnchorkitError(`${header.where}: two columns are called "${twice}"`);
  const columnOf = (called: string): Column => {
    const at =
      names.indexOf(called) >= 0
        ? names.indexOf(called)
        : names.findIndex((one) => one.toLowerCase() === called.trim().toLowerCase());
    if (at >= 0) return { name: names[at] ?? "", at };
    const meant = nearest(called, names);
    throw new AnchorkitError(
      `${file}: there is no column "${called}"${meant === undefined ? "" : ` (did you mean "${meant}"?)`}; there are ${listed(names)}`,
    );
  };
  const found =
    time === undefined ? timeColumn(names, first, asked ?? []) : time === "none" ? undefined : columnOf(time);
  const others = names.filter((one) => one !== found?.name);
  if (asked === undefined && others.length !== 1) {
    throw new AnchorkitError(`${file}: which column is meant? Columns must be named; there are ${listed(others)}`);
  }
  const columns = (asked ?? others).map(columnOf);
  const both = columns.find(({ name }) => name === found?.name);
  if (both)
    throw new AnchorkitError(`${file}: "${both.name}" is the column of times, and cannot be a column of values, too`);
  return { columns, ...(found && { time: found }) };
}

/** The column of times where it was not named: by its name and first cell, or the first column if that holds a date. */
function timeColumn(names: readonly string[], { cells }: CsvRow, asked: readonly string[]): Column | undefined {
  const free = names.flatMap((name, at) => (asked.includes(name) ? [] : [{ name, at }]));
  const momentIn = ({ at }: Column) => momentOf(cells[at] ?? "");
  const named = free.find((column) => TIME_NAMES.includes(column.name.toLowerCase()) && momentIn(column));
  const [first] = free;
  return named ?? (first?.at === 0 && momentIn(first)?.kind === "date" ? first : undefined);
}

function valueIn({ cells, where }: CsvRow, at: number, column: string, warnings: Warnings): number {
  const text = (cells[at] ?? "").trim();
  if (MISSING.has(text.toLowerCase())) {
    warnings.add(
      `missing values in "${column}" (a model sees the value before; none is learnt, and none is measured)`,
      where,
    );
    return NaN;
  }
  const value = NUMBER.test(text) ? Number(text) : NaN;
  if (Math.abs(value) <= MOST.magnitude) return value;
  const advice = /^[-+]?[\d.]*,\d+$/.test(text) ? "; write numbers with a point, and nothing between thousands" : "";
  throw new AnchorkitError(`${where}: ${column}: must be a number, got "${text.slice(0, 60)}"${advice}`);
}

function noteGaps(times: readonly string[], column: string, places: readonly string[], warnings: Warnings): void {
  const { gaps } = timeAxis(times, (row) => `${places[row] ?? ""}: ${column}`);
  for (const row of gaps) {
    warnings.add(
      `gaps in "${column}" (rows count as if they followed each other at the usual step)`,
      places[row] ?? "",
    );
  }
}

/** Names, cut after a dozen. */
function listed(names: readonly string[]): string {
  const more = names.length > 12 ? ` and ${names.length - 12} more` : "";
  return `${names.slice(0, 12).join(", ")}${more}`;
}
