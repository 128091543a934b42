import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { constants, copyFile, mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { AnchorkitError } from "./errors.ts";
import { systemErrorAt } from "./systemErrors.ts";

/**
 * Writes a file beside its place and renames it, so that a crash never leaves half of one.
 * Folders on the way are made.
 *
 * @throws AnchorkitError that names the file, when the disk is full or the system does not allow it
 */
export async function writeFileAtomic(path: string, content: string | Uint8Array): Promise<void> {
  await placeFile(path, (beside) => writeFile(beside, content));
}

/** Copies a file as `writeFileAtomic` writes one; where the file system can, both share their blocks until one changes. */
export async function copyFileAtomic(from: string, path: string): Promise<void> {
  await placeFile(path, (beside) => copyFile(from, beside, constants.COPYFILE_FICLONE));
}

/**
 * Makes a file beside its place and renames it, as `writeFileAtomic` does.
 *
 * @param make writes the file to the path that it is given
 * @throws AnchorkitError that names the file, when the system does not allow it; and what `make` throws
 */
export async function placeFile(path: string, make: (beside: string) => Promise<void>): Promise<void> {
  const beside = `${path}.${process.pid}-${randomBytes(4).toString("hex")}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await make(beside);
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined); // the first error is the one to hear of
    throw systemErrorAt(error, path);
  }
}

/**
 * Makes a folder beside its place, and puts it there when `fill` has filled it: its files are of one writing, or those
 * of the writing before. One process at a time; who reads asks `presentFolder` where it is.
 */
export async function writeFolderAtomic(path: string, fill: (beside: string) => Promise<void>): Promise<void> {
  const beside = unfinished(path);
  try {
    await remove(beside);
    await mkdir(beside, { recursive: true });
    await fill(beside);
    if (existsSync(path)) {
      await remove(replaced(path));
      await rename(path, replaced(path));
    }
    await rename(beside, path);
    await remove(replaced(path));
  } catch (error) {
    await settleFolder(path).catch(() => undefined); // the first error is the one to hear of
    throw inItsPlace(systemErrorAt(error), path);
  }
}

/**
 * Undoes what a crash has left half done of `writeFolderAtomic` and, in the folder, of `writeFileAtomic`: the folder has
 * its name, and nothing unfinished is left. Only for who knows that nobody writes there now.
 */
export async function settleFolder(path: string): Promise<void> {
  await remove(unfinished(path));
  if (presentFolder(path) !== path) await rename(replaced(path), path);
  await remove(replaced(path));
  await removeUnfinished(path);
}

/** Removes the files in a folder that `writeFileAtomic` has begun and a crash has kept it from finishing. */
export async function removeUnfinished(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter(isUnfinished)) await rm(join(folder, name), { force: true });
}

/** Whether a file is one that `writeFileAtomic` has begun: to be seen only while it writes, and after a crash. */
export function isUnfinished(name: string): boolean {
  return /\.\d+-[0-9a-f]{8}\.tmp$/.test(name);
}

/** Where a folder that `writeFolderAtomic` writes is now: a crash may have left it beside its place. */
export function presentFolder(path: string): string {
  return !existsSync(path) && existsSync(replaced(path)) ? replaced(path) : path;
}

function replaced(path: string): string {
  return `${path}.old`;
}

function unfinished(path: string): string {
  return `${path}.new`;
}

/** An error about a file beside the folder's place speaks of the file in its place: that is the one people know. */
function inItsPlace(error: Error, path: string): Error {
  if (!(error instanceof AnchorkitError)) return error;
  error.message = error.message.replaceAll(unfinished(path), path);
  return error;
}

function remove(path: string): Promise<void> {
  return rm(path, { recursive: true, force: true });
}
