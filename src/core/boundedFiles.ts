import { open } from "node:fs/promises";
import type { z } from "zod";
import { checked } from "../base/checked.ts";
import { AnchorkitError } from "../base/errors.ts";
import { systemErrorAt } from "../base/systemErrors.ts";

/**
 * The bytes of a file that may not be larger than `limit` bytes.
 *
 * @throws AnchorkitError if it cannot be read, is no regular file, or is larger
 */
export async function readFileWithin(path: string, limit: number): Promise<Uint8Array> {
  let file;
  try {
    file = await open(path);
    const status = await file.stat();
    if (!status.isFile()) throw new AnchorkitError(`${path}: not a file`);
    if (status.size > limit) {
      throw new AnchorkitError(`${path}: ${status.size} bytes, more than the ${limit} that can be right here`);
    }
    return await file.readFile();
  } catch (error) {
    throw systemErrorAt(error, path);
  } finally {
    await file?.close();
  }
}

/**
 * The content of a JSON file of at most `limit` bytes, checked against a schema.
 *
 * @throws AnchorkitError that names the file, and the field that is wrong
 */
export async function readJsonWithin<T>(path: string, limit: number, schema: z.ZodType<T>): Promise<T> {
  const text = new TextDecoder().decode(await readFileWithin(path, limit));
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new AnchorkitError(`${path}: not JSON: damaged, or cut off; take it from a copy, or train again`);
  }
  return checked(json, schema, path);
}
