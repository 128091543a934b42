import { crc32 } from "node:zlib";
import { type Entry, fromBufferPromise, type ZipFile } from "yauzl";
import { AnchorkitError, messageOf } from "./errors.ts";

/** A zip archive in memory, whose files are named as it names them. */
export interface ZipArchive {
  /** Names of files; folders are left out. */
  names: string[];
  /**
   * The bytes of a file, whose checksum holds. Of what is stored without compression it is a view of the archive.
   *
   * @throws AnchorkitError if it is damaged, encrypted, or larger than `limit` bytes
   */
  read(name: string, limit: number): Promise<Uint8Array>;
}

const MOST_FILES = 50_000;

/** Whether bytes begin as a zip archive does. */
export function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;
}

/**
 * Opens a zip archive that is in memory.
 *
 * @param path what messages name
 * @throws AnchorkitError if it is damaged or cut off, has a name twice, or more than 50,000 files
 */
export async function openZip(bytes: Uint8Array, path: string): Promise<ZipArchive> {
  const damaged = (error: unknown): never => {
    if (error instanceof AnchorkitError) throw error;
    throw new AnchorkitError(`${path}: damaged, or cut off: ${messageOf(error)}; take it from a copy`);
  };
  const archive = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const zip = await fromBufferPromise(archive, { lazyEntries: true, autoClose: false }).catch(damaged);
  const entries = await entriesOf(zip).catch(damaged);
  return {
    names: [...entries.keys()],
    async read(name, limit) {
      const entry = entries.get(name);
      if (!entry) throw new AnchorkitError(`${path}: has no ${name}; take it from a copy`);
      if (entry.uncompressedSize > limit) {
        const size = entry.uncompressedSize;
        throw new AnchorkitError(`${path}: ${name}: ${size} bytes, more than the ${limit} that can be right here`);
      }
      try {
        const content = entry.compressionMethod === 0 ? await stored(zip, entry, archive) : await inflated(zip, entry);
        if (crc32(content) !== entry.crc32) throw new Error(`${name} has not the checksum that the archive says`);
        return content;
      } catch (error) {
        return damaged(error);
      }
    },
  };
}

async function entriesOf(zip: ZipFile): Promise<Map<string, Entry>> {
  if (zip.entryCount > MOST_FILES) throw new Error(`speaks of ${zip.entryCount} files`);
  const entries = new Map<string, Entry>();
  for await (const entry of zip.eachEntry()) {
    if (entries.has(entry.fileName)) throw new Error(`${entry.fileName} is there twice`);
    if (!entry.fileName.endsWith("/")) entries.set(entry.fileName, entry);
  }
  return entries;
}

async function stored(zip: ZipFile, entry: Entry, archive: Buffer): Promise<Uint8Array> {
  if (entry.isEncrypted()) throw new Error(`${entry.fileName} is encrypted`);
  const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
  const end = fileDataStart + entry.uncompressedSize;
  if (end > archive.length) throw new Error(`${entry.fileName} ends behind the end of the file`);
  return archive.subarray(fileDataStart, end);
}

/** No more than what the entry says comes: a stream that goes on is ended. */
async function inflated(zip: ZipFile, entry: Entry): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of (await zip.openReadStreamPromise(entry)) as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > entry.uncompressedSize) throw new Error(`${entry.fileName} is larger than the archive says`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}
