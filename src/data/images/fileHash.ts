import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { AnchorkitError, messageOf } from "../../base/errors.ts";
import { shownPath } from "../files.ts";

/** Hashes of this process, by path; a file that was written since has another size or time. */
const known = new Map<string, { size: number; changed: number; hash: string }>();

/**
 * The SHA-256 of a file's bytes in hexadecimal digits: the same image under another name or in another folder has the
 * same. A file that has not changed is read once.
 *
 * @throws AnchorkitError if the file cannot be read
 */
export async function fileHash(file: string): Promise<string> {
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
