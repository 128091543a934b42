import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import sharp from "sharp";
import { AnchorkitError, messageOf } from "../../base/errors.ts";
import { systemErrorWords } from "../../base/systemErrors.ts";
import { writeFileAtomic } from "../../base/files.ts";
import type { ImageKey, ImageCache } from "./imageCache.ts";

export interface DiskCacheOptions {
  /** Bytes of all entries together. */
  limit: number;
  /** Told once when an entry could not be written; the images are then decoded each time. */
  warn?: (text: string) => void;
}

/**
 * Keeps images in a folder, one file each, for later trainings too. An entry is the raw bytes, behind the date and size
 * that the image file had and a checksum; one that does not fit its image any more, or is damaged, is made anew. When
 * the folder is full, entries that this process has not used go first, the longest unused before the others; what it
 * has used stays. Several processes can share a folder: files appear whole, and one that another process has taken
 * away is decoded again. Each counts what the others write only now and then, so that together they may pass the limit
 * by a sixteenth each.
 *
 * @throws AnchorkitError when the folder cannot be made
 */
export async function diskCache(folder: string, { limit, warn }: DiskCacheOptions): Promise<ImageCache> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    const message = systemErrorWords(error) ?? messageOf(error);
    throw new AnchorkitError(
      `${folder}: cannot keep decoded images there (${message}); keep them in memory (ram) instead`,
    );
  }
  const used = new Set<string>();
  const room = folderRoom(folder, limit, used);
  let writing = true;
  const stopWriting = (error: unknown): void => {
    if (writing) warn?.(`${folder}: no more images are kept there: ${messageOf(error)}`);
    writing = false;
  };

  const keep = async (name: string, header: Buffer, pixels: Uint8Array): Promise<void> => {
    if (!writing) return;
    try {
      used.add(name);
      const entry = Buffer.concat([header, pixels]);
      if (await room(entry.byteLength)) await writeFileAtomic(join(folder, name), entry);
    } catch (error) {
      stopWriting(error);
    }
  };

  return {
    async get(image, decode) {
      const name = nameOf(image);
      const state = await stateOf(image.file);
      if (!state) return decode(); // which says what is wrong with the file
      const found = await readEntry(join(folder, name), state);
      if (found) {
        if (!used.has(name)) await utimes(join(folder, name), new Date(), new Date()).catch(() => undefined);
        used.add(name);
        return found;
      }
      const pixels = await decode();
      await keep(name, headerOf(state, pixels), pixels);
      return pixels;
    },
  };
}

/** Raised when other pixels are made of the same image (5: small ones are shrunk by `resample`). */
const PIXELS_VERSION = 5;

/** Another decoder may give other pixels: its version is part of the name. */
function nameOf({ file, form }: ImageKey): string {
  const identity = JSON.stringify([PIXELS_VERSION, sharp.versions.vips, file, form]);
  return createHash("sha256").update(identity).digest("hex").slice(0, 32) + SUFFIX;
}

/** An image file's date and size. */
interface FileState {
  mtimeMs: number;
  size: number;
}

async function stateOf(file: string): Promise<FileState | undefined> {
  return stat(file).catch(() => undefined);
}

function headerOf({ mtimeMs, size }: FileState, pixels: Uint8Array): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeDoubleLE(mtimeMs, 0);
  header.writeDoubleLE(size, 8);
  header.writeUInt32LE(crc32(pixels), 16);
  return header;
}

/** The pixels of an entry, or undefined where there is none, or one of another state of the image, or a damaged one. */
async function readEntry(path: string, state: FileState): Promise<Uint8Array | undefined> {
  const entry = await readFile(path).catch(() => undefined);
  if (entry === undefined) return undefined;
  const pixels = entry.subarray(HEADER_BYTES);
  return headerOf(state, pixels).equals(entry.subarray(0, HEADER_BYTES)) ? pixels : undefined;
}

/** Says whether so many bytes more may be written to the folder, and makes room for them if it can. */
function folderRoom(folder: string, limit: number, used: ReadonlySet<string>): (bytes: number) => Promise<boolean> {
  /** Bytes that may be written before the folder is looked at again: other processes write, too. */
  let left = 0;
  let full = false;
  const look = async (bytes: number): Promise<void> => {
    const entries = await entriesOf(folder);
    let total = entries.reduce((sum, { size }) => sum + size, 0);
    const spare = Math.max(bytes, limit / 16);
    const old = entries.filter(({ name }) => !used.has(name)).sort((a, b) => a.mtimeMs - b.mtimeMs);
    for (const { name, size } of old) {
      if (total + spare <= limit) break;
      await rm(join(folder, name), { force: true });
      total -= size;
    }
    left = Math.min(spare, limit - total);
    full = left < bytes;
  };
  let last = Promise.resolve();
  const ask = async (bytes: number): Promise<boolean> => {
    if (bytes > left && !full) await look(bytes);
    if (full) return false;
    left -= bytes;
    return true;
  };
  return (bytes) => {
    const answer = last.then(() => ask(bytes)); // one after another: they share what is left
    last = answer.then(
      () => undefined,
      () => undefined,
    );
    return answer;
  };
}

/** Half-written files count, too: a process that was killed leaves them. */
async function entriesOf(folder: string): Promise<{ name: string; size: number; mtimeMs: number }[]> {
  const names = (await readdir(folder)).filter((name) => name.includes(SUFFIX));
  const entries = await Promise.all(
    names.map(async (name) => {
      const state = await stateOf(join(folder, name));
      return state ? [{ name, size: state.size, mtimeMs: state.mtimeMs }] : []; // gone: another process took it
    }),
  );
  return entries.flat();
}

const SUFFIX = ".rgb";
/** Date and size of the image file as doubles, and the CRC-32 of the pixels. */
const HEADER_BYTES = 20;
