import { Readable, pipeline } from "node:stream";
import { parse as parseStream } from "csv-parse";
import { type CsvError, type Info, parse } from "csv-parse/sync";
import { stringify } from "csv-stringify/sync";
import { AnchorkitError, messageOf } from "../../base/errors.ts";
import { fileChunks } from "./fileChunks.ts";
import { encodingOf, shownPath } from "../files.ts";

/** What may stand between cells: the one that lines have the same number of. */
const SEPARATORS = [",", ";", "\t"] as const;
type Separator = (typeof SEPARATORS)[number];

/** Lines that tell what separates cells. */
const LINES_LOOKED_AT = 20;

/** One row of a CSV file. */
export interface CsvRow {
  cells: string[];
  /** What separates them; beside semicolons and tabs, numbers may have a comma for the point. */
  separator: Separator;
  /** File and line for messages; where a cell holds line breaks, the row's last line. */
  where: string;
}

/** A row longer than this is none: a quote was opened and never closed. */
const MAX_ROW_CHARACTERS = 1_000_000;

const SYNTAX = {
  ...{ relax_column_count: true, skip_empty_lines: true, max_record_size: MAX_ROW_CHARACTERS },
  record_delimiter: ["\r\n", "\n", "\r"],
};

/**
 * The rows of a CSV file, one at a time, so that it may be larger than memory; a gzip file is unpacked. Cells may stand
 * in quotes and hold commas, quotes (twice) and line breaks then. Semicolons or tabs may separate them in place of
 * commas: the first lines tell. Lines without anything are passed over.
 *
 * @param options `ltrim` leaves out spaces before cells, and before quotes, too
 * @throws AnchorkitError naming the file, and the line where the CSV is wrong; for text in no known encoding; and for a
 * row of more than a million characters
 */
export async function* csvRows(path: string, { ltrim = false } = {}): AsyncGenerator<CsvRow, void> {
  const name = shownPath(path);
  const chunks = textOf(path);
  try {
    const first = await chunks.next();
    const start = first.done ? "" : first.value;
    const separator = separatorOf(start);
    const text = Readable.from(joined(start, chunks), { objectMode: true });
    const syntax = { ...SYNTAX, ltrim, delimiter: separator, info: true };
    const parser = pipeline(text, parseStream(syntax), () => undefined);
    for await (const row of parser as AsyncIterable<{ record: string[]; info: Info }>) {
      yield { cells: row.record, separator, where: `${name}: line ${row.info.lines}` };
    }
  } catch (error) {
    if (error instanceof AnchorkitError) throw error;
    throw new AnchorkitError(`${name}: ${reasonOf(error)}`, { cause: error });
  }
}

/** The cells of the first row of a text; none where it is no CSV. */
export function firstRow(text: string): string[] {
  return firstRows(text, 1)[0] ?? [];
}

/** The cells of the first rows of a text, as many as there are; none where it is no CSV. */
export function firstRows(text: string, count: number, { ltrim = false } = {}): string[][] {
  try {
    return parse(text, { ...SYNTAX, ltrim, delimiter: separatorOf(text), bom: true, to: count });
  } catch {
    return [];
  }
}

/** The text of a CSV file with these rows: in quotes is what would be read otherwise as something else. */
export function csvText(rows: readonly (readonly (string | number)[])[]): string {
  return stringify(rows as (string | number)[][], { quoted_match: /[\r\n]|^\s|\s$|^\ufeff/ });
}

/**
 * The place of each column in a header; names count without case and outer spaces.
 *
 * @throws AnchorkitError where a column is missing
 */
export function columnsOf<Required extends string, Optional extends string>(
  { cells, where }: Pick<CsvRow, "cells" | "where">,
  required: readonly Required[],
  optional: readonly Optional[],
): Record<Required, number> & Partial<Record<Optional, number>> {
  const names = cells.map(foldedName);
  const found = new Map<string, number>();
  for (const name of [...required, ...optional]) {
    const at = names.indexOf(name.toLowerCase());
    if (at >= 0) found.set(name, at);
  }
  const missing = required.find((name) => !found.has(name));
  if (missing !== undefined) throw new AnchorkitError(`${where}: there is no column "${missing}"`);
  return Object.fromEntries(found) as Record<Required, number> & Partial<Record<Optional, number>>;
}

/** Whether a row is a header with all these columns. */
export function isHeader(cells: readonly string[], columns: readonly string[]): boolean {
  const names = cells.map(foldedName);
  return columns.every((name) => names.includes(name.toLowerCase()));
}

/**
 * The number in a cell. A comma for the point is read where something else separates cells, and in quotes where it
 * cannot stand between thousands ("0,25").
 *
 * @param at the cell's index; undefined where there is none
 * @throws AnchorkitError where it holds none, or one beyond ±1,000,000
 */
export function numberIn({ cells, separator, where }: CsvRow, at: number | undefined, column: string): number {
  const text = cells[at ?? -1]?.trim() ?? "";
  const hasDecimalComma = (separator === "," ? /^[-+]?0,\d+$/ : /^[-+]?\d*,\d+(?:e[-+]?\d+)?$/i).test(text);
  const plain = hasDecimalComma ? text.replace(",", ".") : text;
  const value = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i.test(plain) ? Number(plain) : NaN;
  if (!(Math.abs(value) <= 1e6)) throw new AnchorkitError(`${where}: ${column} must be a number, got "${text}"`);
  return value;
}

/**
 * A cell that must not be empty, as it stands.
 *
 * @throws AnchorkitError where it is
 */
export function textIn(cell: string | undefined, column: string, where: string): string {
  if (cell === undefined || cell.trim() === "") throw new AnchorkitError(`${where}: ${column} is empty`);
  return cell;
}

/**
 * Refuses a row with more cells than the header: most likely its numbers have commas for the point.
 *
 * @throws AnchorkitError naming the line
 */
export function refuseLonger({ cells, where }: CsvRow, columns: number): void {
  if (cells.slice(columns).every((cell) => cell.trim() === "")) return;
  const advice = "put numbers with a comma for the point, and names with commas, in quotes, or separate by semicolons";
  throw new AnchorkitError(`${where}: has ${cells.length} cells for ${columns} columns; ${advice}`);
}

/** The separator that all of the first lines have the same number of, most of all; else the first line has most of. */
function separatorOf(text: string): Separator {
  const lines = text.slice(0, MAX_ROW_CHARACTERS).replaceAll(/"(?:[^"]|"")*"/g, "").split(/\r\n|\n|\r/, LINES_LOOKED_AT + 1); // prettier-ignore
  const whole = lines.filter((line, i) => line.trim() !== "" && (i === 0 || i < lines.length - 1));
  const counts = SEPARATORS.map((separator) => whole.map((line) => line.split(separator).length - 1));
  const ranks = counts.map(([first = 0, ...others]) =>
    others.every((count) => count === first) ? first * 1e6 : first,
  );
  return SEPARATORS[ranks.indexOf(Math.max(...ranks))] ?? ",";
}

async function* joined(start: string, rest: AsyncIterable<string>): AsyncGenerator<string, void> {
  yield start;
  yield* rest;
}

function foldedName(name: string): string {
  return name.trim().toLowerCase();
}

async function* textOf(path: string): AsyncGenerator<string, void> {
  let decoder: TextDecoder | undefined;
  const decode = (chunk?: Uint8Array): string => {
    try {
      return chunk ? (decoder?.decode(chunk, { stream: true }) ?? "") : (decoder?.decode() ?? "");
    } catch {
      throw new AnchorkitError(`${shownPath(path)}: is not text in ${decoder?.encoding ?? ""}; save it as UTF-8`);
    }
  };
  for await (const chunk of fileChunks(path)) {
    decoder ??= new TextDecoder(encodingOf(chunk), { fatal: true });
    yield decode(chunk);
  }
  yield decode();
}

function reasonOf(error: unknown): string {
  const { code, lines } = error as Partial<CsvError>;
  const line = typeof lines === "number" ? `line ${lines}: ` : "";
  if (code === "CSV_MAX_RECORD_SIZE") return `${line}a row has more than ${MAX_ROW_CHARACTERS} characters`;
  if (code === "CSV_QUOTE_NOT_CLOSED") return `${line}a quote is opened and not closed`;
  return `${line}is no valid CSV: ${messageOf(error)}`;
}
