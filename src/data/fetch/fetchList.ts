import { extname } from "node:path";
import { parse } from "csv-parse/sync";
import { AnchorkitError, messageOf } from "../../base/errors.ts";
import { readText, shownPath } from "../files.ts";

/** An image to fetch. */
export interface FetchItem {
  url: string;
  /** The name that it should get, without an extension or with one, when the list gives one. */
  name?: string;
  /** The list's other columns: source, licence and what else it says. */
  fields: Record<string, string>;
}

/** Columns that hold the address, by the names that lists use; capitals do not count. */
const URL_COLUMNS = ["url", "image_url", "imageurl", "original_url", "originalurl", "link", "address"];

const NAME_COLUMNS = ["file", "file_name", "filename"];

/**
 * Addresses of images from a text file (one a line; empty lines and those that begin with # do not count) or from a CSV
 * with a header, of which one column is called url. "license" is read as "licence". An address that comes twice is
 * taken once.
 *
 * @throws AnchorkitError naming the file, when it is missing, no CSV, has no column of addresses, or is empty
 */
export async function readFetchList(file: string): Promise<{ items: FetchItem[]; repeated: number }> {
  const text = await readText(file);
  const all = isCsv(file, text) ? fromCsv(text, shownPath(file)) : fromLines(text);
  if (all.length === 0) throw new AnchorkitError(`${shownPath(file)}: there are no addresses in it`);
  const byUrl = new Map<string, FetchItem>();
  for (const item of all) if (!byUrl.has(item.url)) byUrl.set(item.url, item);
  const items = [...byUrl.values()];
  return { items, repeated: all.length - items.length };
}

/** The rows of a CSV with a header, by column. What is cut off or damaged at the end can be left out. */
export function parseCsv(text: string, shown: string, damagedEnd = false): Record<string, string>[] {
  try {
    return parse(text, {
      columns: (names: string[]) => names.map((name) => name.trim()),
      bom: true,
      skip_empty_lines: true,
      trim: true,
      relax_column_count: true,
      ...(damagedEnd && { relax_quotes: true, skip_records_with_error: true }),
    });
  } catch (error) {
    throw new AnchorkitError(`${shown}: ${messageOf(error)}`, { cause: error });
  }
}

function isCsv(file: string, text: string): boolean {
  if (extname(file).toLowerCase() === ".csv") return true;
  const header = (text.split(/\r?\n/, 1)[0] ?? "").split(",").map((name) => name.trim().toLowerCase());
  return header.length > 1 && header.some((name) => URL_COLUMNS.includes(name));
}

function fromLines(text: string): FetchItem[] {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  return lines.filter((line) => line !== "" && !line.startsWith("#")).map((url) => ({ url, fields: {} }));
}

function fromCsv(text: string, shown: string): FetchItem[] {
  const rows = parseCsv(text, shown);
  const columns = Object.keys(rows[0] ?? {});
  const pick = (names: readonly string[]) =>
    names.map((name) => columns.find((column) => column.toLowerCase() === name)).find((column) => column !== undefined);
  const urlColumn = pick(URL_COLUMNS);
  if (rows.length > 0 && urlColumn === undefined) {
    throw new AnchorkitError(`${shown}: no column is called url; there are ${columns.join(", ")}`);
  }
  const nameColumn = pick(NAME_COLUMNS);
  const items: FetchItem[] = [];
  for (const row of rows) {
    const url = row[urlColumn ?? ""] ?? "";
    if (url === "") continue;
    const name = row[nameColumn ?? ""] ?? "";
    const fields = Object.entries(row).filter(([column]) => column !== urlColumn && column !== nameColumn);
    const named = fields.map(([column, value]) => [/^licen[cs]e$/i.test(column) ? "licence" : column, value]);
    items.push({ url, ...(name !== "" && { name }), fields: Object.fromEntries(named) as Record<string, string> });
  }
  return items;
}
