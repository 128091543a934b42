import { createReadStream } from "node:fs";
import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { AnchorkitError, messageOf } from "../../base/errors.ts";
import { systemErrorWords } from "../../base/systemErrors.ts";
import { shownPath } from "../files.ts";

/** Small enough for what is parsed of it to die young in V8's heap, large enough for few calls. */
const CHUNK_BYTES = 256 * 1024;

/**
 * A file's bytes, piece by piece; of a gzip file (told by its first bytes) what it holds. Pipes can be read too.
 *
 * @throws AnchorkitError naming the file that is missing, a folder, not readable, or a broken gzip file.
 */
export async function* fileChunks(file: string): AsyncGenerator<Uint8Array, void> {
  const stream = createReadStream(file, { highWaterMark: CHUNK_BYTES });
  try {
    const pieces: AsyncIterator<Buffer, undefined> = stream[Symbol.asyncIterator]();
    const first = await pieces.next();
    if (first.done) return;
    const all = joined(first.value, pieces);
    yield* first.value[0] === 0x1f && first.value[1] === 0x8b ? unzipped(all) : all;
  } catch (error) {
    throw new AnchorkitError(`${shownPath(file)}: ${reasonOf(error)}`);
  } finally {
    stream.destroy();
  }
}

async function* joined(first: Buffer, rest: AsyncIterator<Buffer, undefined>): AsyncGenerator<Uint8Array, void> {
  yield first;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}

function unzipped(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  // Errors reach whoever iterates: pipeline destroys its last stream with them.
  return pipeline(Readable.from(chunks), createGunzip({ chunkSize: CHUNK_BYTES }), () => undefined);
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT" || code === "ENOTDIR") return "no such file";
  if (code === "EISDIR") return "is a folder, not a file";
  if (code === "Z_BUF_ERROR") return "the gzip file ends too early: it seems to be cut off";
  if (typeof code === "string" && code.startsWith("Z_")) return `is not valid gzip: ${messageOf(error)}`;
  return systemErrorWords(error) ?? `cannot be read: ${messageOf(error)}`;
}
