import { extname } from "node:path";
import { parse } from "csv-parse/sync";
import { AnchorkitError, messageOf } from "../../base/errors.ts";
import { kindOf, readText, shownPath } from "../files.ts";
import { COLUMNS } from "./columns.ts";

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
 * Addresses of images from a text file (one a line, in quotes or not; empty lines and those that begin with # do not
 * count) or from a CSV with a header, of which one column is called url; commas, semicolons or tabs separate. "license" is
 * read as "licence"; a column that images.csv has for itself, such as width, becomes list_width. An address that comes
 * twice is taken once.
 *
 * @throws AnchorkitError naming the file, when it is missing, no CSV, has no column of addresses, or is empty
 */
export async function readFetchList(file: string): Promise<{ items: FetchItem[]; repeated: number }> {
  if ((await kindOf(file)) === "folder") {
    throw new AnchorkitError(`${shownPath(file)}: is a folder; give a text file or a CSV with addresses`);
  }
  const text = await readText(file);
  const all = isCsv(file, text) ? fromCsv(text, shownPath(file)) : fromLines(text);
  if (all.length === 0) throw new AnchorkitError(`${shownPath(file)}: there are no addresses in it`);
  const byUrl = new Map<string, FetchItem>();
  for (const item of all) if (!byUrl.has(item.url)) byUrl.set(item.url, item);
  const items = [...byUrl.values()];
  return { items, repeated: all.length - items.length };
}

/** The rows of a CSV with a header, by column. What is cut off or damaged at the end can be left out. */
export function parseCsv(
  text: string,
  shown: string,
  { damagedEnd = false, delimiter = "," } = {},
): Record<string, string>[] {
  try {
    return parse(text, {
      delimiter,
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
  return [".csv", ".tsv"].includes(extname(file).toLowerCase()) || separatorOf(text) !== undefined;
}

/** What separates a column of addresses from others in the header; undefined where there is no such thing. */
function separatorOf(text: string): string | undefined {
  const header = text.split(/\r?\n/, 1)[0] ?? "";
  return [",", ";", "\t"].find((separator) => {
    const names = header.split(separator).map((name) => unquoted(name).toLowerCase());
    return names.length > 1 && names.some((name) => URL_COLUMNS.includes(name));
  });
}

function unquoted(text: string): string {
  const trimmed = text.trim();
  return /^(["'<]).*(["'>])$/.test(trimmed) ? trimmed.slice(1, -1).trim() : trimmed;
}

function fromLines(text: string): FetchItem[] {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  return lines
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => ({ url: unquoted(line), fields: {} }));
}

function fromCsv(text: string, shown: string): FetchItem[] {
  // In a single column, a comma belongs to the address.
  const single = !(text.split(/\r?\n/, 1)[0] ?? "").includes(",");
  const rows = parseCsv(text, shown, { delimiter: separatorOf(text) ?? (single ? "\t" : ",") });
  const columns = Object.keys(rows[0] ?? {});
  const pick = (names: readonly string[]) =>
    names.map((name) => columns.find((column) => column.toLowerCase() === name)).find((column) => column !== undefined);
  const urlColumn = pick(URL_COLUMNS);
  if (rows.length > 0 && urlColumn === undefined) {
    const headless = columns.some((name) => /^https?:/i.test(name));
    const advice = headless ? "the first line must name the columns" : `there are ${columns.join(", ")}`;
    throw new AnchorkitError(`${shown}: no column is called url; ${advice}`);
  }
  const nameColumn = pick(NAME_COLUMNS);
  const own: readonly string[] = COLUMNS;
  // An images.csv can be a list, too; what it says of the images is found out anew.
  const refetched = own.every((column) => columns.includes(column));
  const items: FetchItem[] = [];
  for (const row of rows) {
    const url = row[urlColumn ?? ""] ?? "";
    if (url === "") continue;
    const name = row[nameColumn ?? ""] ?? "";
    const fields = Object.entries(row).filter(([column]) => column !== urlColumn && column !== nameColumn);
    const named = fields.flatMap(([column, value]) => {
      if (/^licen[cs]e$/i.test(column)) return [["licence", value]];
      if (/^source$/i.test(column)) return [["source", value]];
      if (!own.includes(column)) return [[column, value]];
      return refetched ? [] : [[`list_${column}`, value]];
    });
    items.push({ url, ...(name !== "" && { name }), fields: Object.fromEntries(named) as Record<string, string> });
  }
  return items;
}
