import { open } from "node:fs/promises";
import { AnchorkitError } from "../../../base/errors.ts";
import { fileChunks } from "../../records/fileChunks.ts";
import { shownPath } from "../../files.ts";
import type { Warnings } from "../../warnings.ts";
import { maskedCrc32c } from "./crc32c.ts";

// A TFRecord file is a row of records: the length (8 bytes, little-endian), its masked CRC-32C (4 bytes), so many bytes
// of content, and their masked CRC-32C (4 bytes).

/** A record longer than this is refused: an image of a detector has some megabytes. */
const MAX_RECORD_BYTES = 256 * 1024 * 1024;

const HEADER_BYTES = 12;

/** One record, and its file and number for messages. */
export interface TfRecord {
  content: Buffer;
  where: string;
}

/**
 * The records of a file, one at a time; a gzip file is unpacked.
 *
 * @throws AnchorkitError naming file and record: cut off, longer than 256 MB, or not what its checksum says
 */
export async function* readTfRecords(path: string, warnings: Warnings): AsyncGenerator<TfRecord, void> {
  const bytes = new ByteReader(fileChunks(path));
  for (let number = 1; ; number++) {
    const where = `${shownPath(path)}: record ${number}`;
    const header = await bytes.take(HEADER_BYTES);
    if (header.length === 0) return;
    if (header.length < HEADER_BYTES) throw new AnchorkitError(`${where}: the file ends within it`);
    const length = lengthIn(header);
    if (length === undefined) throw new AnchorkitError(`${where}: the checksum of its length is wrong: damaged`);
    if (length > MAX_RECORD_BYTES) {
      throw new AnchorkitError(`${where}: has ${length} bytes, more than the limit of ${MAX_RECORD_BYTES}`);
    }
    const rest = await bytes.take(length + 4);
    if (rest.length < length + 4) throw new AnchorkitError(`${where}: the file ends within it`);
    const content = rest.subarray(0, length);
    if (rest.readUInt32LE(length) === maskedCrc32c(content)) yield { content, where };
    else warnings.fail(new AnchorkitError(`${where}: its checksum is wrong: damaged`), "bad-object", where);
  }
}

/** Whether a file begins like one of records: with a length and the checksum of it. */
export async function beginsWithRecord(path: string): Promise<boolean> {
  const header = await new ByteReader(fileChunks(path)).take(HEADER_BYTES, true).catch(() => Buffer.alloc(0));
  return header.length === HEADER_BYTES && lengthIn(header) !== undefined;
}

/** How many bytes of a file, from its beginning, are whole records: what a crash has left of one is not. */
export async function wholeRecordBytes(path: string): Promise<number> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const header = Buffer.alloc(HEADER_BYTES);
    let whole = 0;
    while ((await file.read(header, 0, HEADER_BYTES, whole)).bytesRead === HEADER_BYTES) {
      const length = lengthIn(header);
      const end = whole + HEADER_BYTES + (length ?? Infinity) + 4;
      if (end > size) break;
      whole = end;
    }
    return whole;
  } finally {
    await file.close();
  }
}

/** The bytes of a record with this content. */
export function encodeTfRecord(content: Uint8Array): Buffer {
  const record = Buffer.alloc(HEADER_BYTES + content.length + 4);
  record.writeBigUInt64LE(BigInt(content.length), 0);
  record.writeUInt32LE(maskedCrc32c(record.subarray(0, 8)), 8);
  record.set(content, HEADER_BYTES);
  record.writeUInt32LE(maskedCrc32c(content), HEADER_BYTES + content.length);
  return record;
}

/** The length that a header states; undefined where the checksum of it is wrong. */
function lengthIn(header: Buffer): number | undefined {
  const isRight = header.readUInt32LE(8) === maskedCrc32c(header.subarray(0, 8));
  return isRight ? Number(header.readBigUInt64LE(0)) : undefined;
}

/** Cuts a stream of bytes into pieces of any length. */
class ByteReader {
  #chunks: AsyncGenerator<Uint8Array, void>;
  #left: Uint8Array = new Uint8Array(0);

  constructor(chunks: AsyncGenerator<Uint8Array, void>) {
    this.#chunks = chunks;
  }

  /** The next `length` bytes; fewer at the end of the stream. With `last`, the stream is closed then. */
  async take(length: number, last = false): Promise<Buffer> {
    const pieces: Uint8Array[] = [];
    let missing = length;
    while (missing > 0) {
      if (this.#left.length === 0) {
        const next = await this.#chunks.next();
        if (next.done) break;
        this.#left = next.value;
      }
      const piece = this.#left.subarray(0, missing);
      this.#left = this.#left.subarray(piece.length);
      pieces.push(piece);
      missing -= piece.length;
    }
    if (last) await this.#chunks.return();
    return Buffer.concat(pieces);
  }
}
