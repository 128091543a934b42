import { appendFile } from "node:fs/promises";
import { stringify } from "csv-stringify/sync";
import { WouldOverwrite } from "../../base/errors.ts";
import { writeFileAtomic } from "../../base/files.ts";
import { systemErrorAt } from "../../base/systemErrors.ts";
import { kindOf, readText, shownPath } from "../files.ts";
import { COLUMNS } from "./columns.ts";
import { parseCsv } from "./fetchList.ts";

/** What became of an address. */
export interface FetchedRow {
  url: string;
  status: "ok" | "duplicate" | "failed";
  /** Name of the image in the folder; empty unless it is there. */
  file: string;
  /** Why it failed, or what it duplicates. */
  reason: string;
  width: string;
  height: string;
  format: string;
  bytes: string;
  sha256: string;
  perceptual_hash: string;
  /** The list's own columns: source, licence and others. */
  fields: Record<string, string>;
}

/** Of the list's columns, those that are always there. */
const ALWAYS = ["source", "licence"];

/**
 * The CSV beside fetched images, one row an address. A row is added as soon as its address is done, so that an
 * interrupted run loses nothing; at the end the file is written in order.
 */
export class FetchState {
  readonly rows = new Map<string, FetchedRow>();
  readonly #file: string;
  #columns: string[] = [...COLUMNS, ...ALWAYS];
  #written: Promise<void> = Promise.resolve();

  private constructor(file: string) {
    this.#file = file;
  }

  /**
   * Reads the CSV, where there is one; `fields` are the columns of the list to come.
   *
   * @throws WouldOverwrite when the file is there and is not of `label fetch`, unless it may be overwritten
   */
  static async open(
    file: string,
    fields: Iterable<string>,
    { overwrite = false }: { overwrite?: boolean | undefined } = {},
  ): Promise<FetchState> {
    const state = new FetchState(file);
    const known = (await kindOf(file)) === undefined ? [] : await readRows(file, overwrite);
    for (const row of known) state.rows.set(row.url, row);
    const extra = [...known.flatMap((row) => Object.keys(row.fields)), ...fields];
    const own: readonly string[] = COLUMNS;
    state.#columns = [...new Set([...state.#columns, ...extra.filter((column) => !own.includes(column))])];
    await state.save([]);
    return state;
  }

  /** Keeps a row, in memory and at the end of the file. */
  add(row: FetchedRow): Promise<void> {
    this.rows.set(row.url, row);
    const line = stringify([this.#cells(row)]);
    this.#written = this.#written.then(async () => {
      await appendFile(this.#file, line).catch((error: unknown) => {
        throw systemErrorAt(error, shownPath(this.#file));
      });
    });
    return this.#written;
  }

  /** Writes the whole file: first the rows of these addresses in this order, then the others. */
  async save(urls: readonly string[]): Promise<void> {
    await this.#written;
    const first = urls.map((url) => this.rows.get(url)).filter((row) => row !== undefined);
    const rows = [...new Set([...first, ...this.rows.values()])];
    await writeFileAtomic(this.#file, stringify([this.#columns, ...rows.map((row) => this.#cells(row))]));
  }

  #cells(row: FetchedRow): string[] {
    const cells: Record<string, string> = { ...row.fields, ...withoutFields(row) };
    return this.#columns.map((column) => cells[column] ?? "");
  }
}

function withoutFields({ fields: _, ...row }: FetchedRow): Omit<FetchedRow, "fields"> {
  return row;
}

async function readRows(file: string, overwrite: boolean): Promise<FetchedRow[]> {
  const parsed = parseCsv(await readText(file), shownPath(file), { damagedEnd: true });
  if (parsed[0] && !("url" in parsed[0] && "status" in parsed[0] && "sha256" in parsed[0])) {
    if (overwrite) return [];
    throw new WouldOverwrite(`${shownPath(file)}: is not of label fetch; choose another folder`);
  }
  const rows: FetchedRow[] = [];
  for (const cells of parsed) {
    const { status } = cells;
    // A row that was cut off by a crash is fetched again.
    if (!cells["url"] || (status !== "ok" && status !== "duplicate" && status !== "failed")) continue;
    const own = Object.fromEntries(COLUMNS.map((column) => [column, cells[column] ?? ""]));
    const names: readonly string[] = COLUMNS;
    const fields = Object.fromEntries(Object.entries(cells).filter(([column]) => !names.includes(column)));
    rows.push({ ...(own as Record<(typeof COLUMNS)[number], string>), status, fields });
  }
  return rows;
}
