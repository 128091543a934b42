import type { Stats } from "node:fs";
import { access, constants, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { AnchorkitError } from "../errors.ts";
import { systemErrorCode, systemErrorAt } from "../systemErrors.ts";

/**
 * Makes sure that a file or folder could be written, as far as can be said without writing it.
 *
 * @returns what is there now, if anything
 * @throws AnchorkitError when a folder on the way is a file or may not be written to
 */
export async function requireWritable(path: string): Promise<Stats | undefined> {
  const there = await statusOf(path);
  let place = resolve(path);
  let status = there;
  while (!status && dirname(place) !== place) {
    place = dirname(place);
    status = await statusOf(place);
    if (status && !status.isDirectory()) {
      throw new AnchorkitError(`${path}: cannot be made, for ${place} is a file; give another place to write to`);
    }
  }
  // a file is replaced, so that it is its folder that must allow it
  const folder = there && !there.isDirectory() ? dirname(resolve(path)) : place;
  try {
    await access(folder, constants.W_OK);
  } catch (error) {
    throw systemErrorAt(error, path);
  }
  return there;
}

async function statusOf(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(systemErrorCode(error) ?? "")) return undefined;
    throw systemErrorAt(error, path);
  }
}
