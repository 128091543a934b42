import { Readable, pipeline } from "node:stream";
import { parse as parseStream } from "csv-parse";
import { type CsvError, type Info, parse } from "csv-parse/sync";
import { stringify } from "csv-stringify/sync";
import { AnchorkitError, messageOf } from "../../base/errors.ts";
import { fileChunks } from "./fileChunks.ts";
import { encodingOf, shownPath } from "../files.ts";

/** One row of a CSV file. */
export interface CsvRow {
  cells: string[];
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
 * in quotes and hold commas, quotes (twice) and line breaks then. Lines without anything are passed over.
 *
 * @param options `ltrim` leaves out spaces before cells, and before quotes, too
 * @throws AnchorkitError naming the file, and the line where the CSV is wrong; for text in no known encoding; and for a
 * row of more than a million characters
 */
export async function* csvRows(path: string, { ltrim = false } = {}): AsyncGenerator<CsvRow, void> {
  const name = shownPath(path);
  const text = Readable.from(textOf(path), { objectMode: true });
  const parser = pipeline(text, parseStream({ ...SYNTAX, ltrim, info: true }), () => undefined);
  try {
    for await (const row of parser as AsyncIterable<{ record: string[]; info: Info }>) {
      yield { cells: row.record, where: `${name}: line ${row.info.lines}` };
    }
  } catch (error) {
    if (error instanceof AnchorkitError) throw error;
    throw new AnchorkitError(`${name}: ${reasonOf(error)}`, { cause: error });
  }
}

/** The cells of the first row of a text; none where it is no CSV. */
export function firstRow(text: string): string[] {
  try {
    return parse(text, { ...SYNTAX, bom: true, to: 1 })[0] ?? [];
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
  { cells, where }: CsvRow,
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
 * The number in a cell.
 *
 * @throws AnchorkitError where it holds none, or one beyond ±1,000,000
 */
export function numberIn(cell: string | undefined, column: string, where: string): number {
  const text = cell?.trim() ?? "";
  const value = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i.test(text) ? Number(text) : NaN;
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
