import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { AnchorkitError } from "../../base/errors.ts";
import { writeFileAtomic } from "../../base/files.ts";
import { inputAmong } from "../../base/output/inputs.ts";
import { requireWritable } from "../../base/output/requireWritable.ts";
import { shownPath } from "../files.ts";
import { type ImageFormat, type ImageHeader, readImageHeader } from "../images/images.ts";
import { HashIndex, NEAR_DUPLICATE_BITS } from "../duplicates/nearDuplicates.ts";
import { mapParallel } from "../parallel.ts";
import { perceptualHash } from "../duplicates/perceptualHash.ts";
import type { FetchItem } from "./fetchList.ts";
import { type FetchedRow, FetchState } from "./fetchState.ts";
import { PatientDownloads, type PatientOptions } from "./patientDownloads.ts";
import { safeName, takeName } from "./safeName.ts";

export interface FetchOptions extends PatientOptions {
  /** How many at a time; 4 unless told. */
  jobs?: number;
  /** Images with fewer pixels on one side fail; 1 unless told. */
  minSide?: number;
  /** Images with more pixels fail; 100 million unless told. */
  maxPixels?: number;
  /** In how many bits the perceptual hashes of near-duplicates may differ; null keeps all images. */
  duplicateBits?: number | null;
  onProgress?: (progress: FetchCounts) => void;
  /** The file that the addresses come from, which is kept off. */
  list?: string;
  /** Begin anew where images.csv is of something else. */
  overwrite?: boolean | undefined;
}

/** How many addresses are done, in all and by what became of them. */
export interface FetchCounts {
  total: number;
  /** Fetched now. */
  ok: number;
  /** There from an earlier run. */
  kept: number;
  duplicates: number;
  failed: number;
}

export interface Fetched extends FetchCounts {
  /** The CSV beside the images. */
  file: string;
  /** Ended by its signal: the rest is to be fetched yet. */
  interrupted: boolean;
  failures: { url: string; reason: string }[];
}

/**
 * Collects images by address into a folder: a few at a time, each checked by decoding it (whatever the server says of
 * it), those that look like one that is there already dropped. Beside them it keeps images.csv, with one row an
 * address: what became of it, size, SHA-256, and the list's own columns such as source and licence. Called again, it
 * goes on where it was ended and tries again what failed. Of near-duplicates the one that arrives first stays.
 *
 * @throws AnchorkitError when the folder holds another images.csv or cannot be written; an address that fails is told
 * in the result
 */
export async function fetchImages(
  items: readonly FetchItem[],
  folder: string,
  options: FetchOptions = {},
): Promise<Fetched> {
  const file = join(folder, STATE_FILE);
  if ((await requireWritable(shownPath(folder)))?.isDirectory() === false) {
    throw new AnchorkitError(`${shownPath(folder)}: is a file; give a folder for the images`);
  }
  const list = options.list === undefined ? [] : [options.list];
  const read = await inputAmong([{ file: shownPath(file), own: true }], list, { passedBy: false });
  if (read !== undefined) throw new AnchorkitError(`${read}; give another folder to write to`);
  const columns = new Set(items.flatMap((item) => Object.keys(item.fields)));
  const state = await FetchState.open(file, columns, options);
  const collection = new Collection(folder, state, await readdir(folder), options);
  const { signal = new AbortController().signal, jobs = 4, onProgress } = options;
  const counts: FetchCounts = { total: items.length, ok: 0, kept: 0, duplicates: 0, failed: 0 };

  await mapParallel(items, jobs, async (item) => {
    if (signal.aborted) return;
    const before = collection.done(item.url);
    const row = before ?? (await collection.fetch(item));
    if (!row) return;
    if (row.status === "failed") counts.failed++;
    else if (row.status === "duplicate") counts.duplicates++;
    else if (before) counts.kept++;
    else counts.ok++;
    onProgress?.({ ...counts });
  });
  const urls = items.map(({ url }) => url);
  await state.save(urls);
  const failures = urls.flatMap((url) => {
    const row = state.rows.get(url);
    return row?.status === "failed" ? [{ url, reason: row.reason }] : [];
  });
  return { ...counts, file, interrupted: signal.aborted, failures };
}

const STATE_FILE = "images.csv";

/** What is in the folder, and how more comes into it. */
class Collection {
  readonly #folder: string;
  readonly #state: FetchState;
  readonly #options: FetchOptions;
  /** Names that cannot be given any more, in small letters. */
  readonly #taken: Set<string>;
  readonly #present: Set<string>;
  readonly #files = new Map<string, string>(); // by SHA-256
  readonly #alike: HashIndex;
  readonly #alikeFiles: string[] = []; // by item of the index
  readonly #downloads: PatientDownloads;

  constructor(folder: string, state: FetchState, present: readonly string[], options: FetchOptions) {
    this.#folder = folder;
    this.#state = state;
    this.#options = options;
    this.#downloads = new PatientDownloads(options);
    this.#present = new Set(present);
    this.#taken = new Set(present.map((name) => name.toLowerCase()));
    this.#alike = new HashIndex(options.duplicateBits ?? NEAR_DUPLICATE_BITS);
    for (const row of state.rows.values()) if (row.status === "ok" && this.#present.has(row.file)) this.#remember(row);
  }

  /** The row of an address that needs no fetching. */
  done(url: string): FetchedRow | undefined {
    const row = this.#state.rows.get(url);
    if (row?.status === "ok") return this.#present.has(row.file) ? row : undefined;
    return row?.status === "duplicate" && this.#options.duplicateBits !== null ? row : undefined;
  }

  /** Fetches an address and keeps its row; undefined when the signal ends it. */
  async fetch(item: FetchItem): Promise<FetchedRow | undefined> {
    const { signal } = this.#options;
    let row: FetchedRow;
    let bytes: Uint8Array = new Uint8Array();
    try {
      bytes = await this.#downloads.get(item.url);
      row = this.#placed(item, await this.#checked(item, bytes));
    } catch (error) {
      if (signal?.aborted) return undefined;
      if (!(error instanceof AnchorkitError)) throw error;
      row = { ...blankRow(item), status: "failed", reason: error.message };
    }
    // The row comes first: a crash between the two leaves a row without a file, which is fetched again.
    await this.#state.add(row);
    if (row.status === "ok") await writeFileAtomic(join(this.#folder, row.file), bytes);
    return row;
  }

  /** What there is to say of an image that was fetched, if it is one. */
  async #checked(item: FetchItem, bytes: Uint8Array): Promise<FetchedRow & { format: ImageFormat }> {
    const { header, hash } = await this.#look(bytes);
    return {
      ...blankRow(item),
      width: String(header.width),
      height: String(header.height),
      format: header.format,
      bytes: String(bytes.length),
      sha256: createHash("sha256").update(bytes).digest("hex"),
      perceptual_hash: hash,
    };
  }

  /** Gives the image a name in the folder, unless something like it is there. Waits for nothing: no two get in. */
  #placed(item: FetchItem, row: FetchedRow & { format: ImageFormat }): FetchedRow {
    const original = this.#originalOf(row);
    if (original !== undefined) return { ...row, status: "duplicate", reason: original };
    const placed = { ...row, file: takeName(safeName(item.url, row.format, item.name), this.#taken) };
    this.#present.add(placed.file);
    this.#remember(placed);
    return placed;
  }

  async #look(bytes: Uint8Array): Promise<{ header: ImageHeader; hash: string }> {
    const { minSide = 1, maxPixels } = this.#options;
    const limit = maxPixels === undefined ? {} : { maxPixels };
    try {
      const header = await readImageHeader(bytes, limit);
      if (Math.min(header.width, header.height) < minSide) {
        throw new AnchorkitError(
          `image: has ${header.width} x ${header.height} pixels, fewer than ${minSide} on a side`,
        );
      }
      return { header, hash: await perceptualHash(bytes, limit) };
    } catch (error) {
      if (!(error instanceof AnchorkitError)) throw error;
      throw new AnchorkitError(error.message.replace(/^image: /, "what came "), { cause: error });
    }
  }

  #originalOf({ sha256, perceptual_hash: hash }: FetchedRow): string | undefined {
    const same = this.#files.get(sha256);
    if (same !== undefined) return `the same as ${same}`;
    if (this.#options.duplicateBits === null) return undefined;
    const [near] = this.#alike.near(hash, true);
    if (!near) return undefined;
    return `looks like ${this.#alikeFiles[near.item] ?? ""} (${near.distance} of 64 bits differ)`;
  }

  #remember({ file, sha256, perceptual_hash: hash }: FetchedRow): void {
    this.#files.set(sha256, file);
    this.#alike.add(hash);
    this.#alikeFiles.push(file);
  }
}

function blankRow({ url, fields }: FetchItem): FetchedRow {
  const blank = { file: "", reason: "", width: "", height: "", format: "", bytes: "", sha256: "", perceptual_hash: "" };
  return { url, status: "ok", ...blank, fields };
}
