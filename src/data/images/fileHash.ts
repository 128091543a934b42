import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { AnchorkitError, messageOf } from "../../base/errors.ts";
import type { ImageRecord } from "../dataset.ts";
import { shownPath } from "../files.ts";

/** Hashes of this process, by path; a file that was written since has another size or time. */
const known = new Map<string, { size: number; changed: number; hash: string }>();

/**
 * The hash of the file of an image; of a clip, one of all its frames in their order, which another name or place of them
 * does not change.
 *
 * @throws AnchorkitError as `fileHash`
 */
export async function recordHash({ file, frames }: Pick<ImageRecord, "file" | "frames">): Promise<string> {
  if (!frames) return fileHash(file);
  const digest = createHash("sha256");
  for (const frame of frames) digest.update(`${await fileHash(frame.file)} ${frame.page ?? ""}\n`);
  return digest.digest("hex");
}

/**
 * The SHA-256 of a file's bytes in hexadecimal digits: the same image under another name or in another folder has the
 * same. A file that has not changed is read once.
 *
 * @throws AnchorkitError if the file cannot be read
 */
async function fileHash(file: string): Promise<string> {
  try {
    const { size, mtimeMs: changed } = await stat(file);
    const before = known.get(file);
    if (before?.size === size && before.changed === changed) return before.hash;
    const digest = createHash("sha256");
    await pipeline(createReadStream(file), digest);
    const hash = digest.digest("hex");
    known.set(file, { size, changed, hash });
    return hash;
  } catch (error) {
    throw new AnchorkitError(`${shownPath(file)}: cannot be read: ${messageOf(error)}`);
  }
}
