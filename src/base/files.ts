import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { constants, copyFile, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
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

async function placeFile(path: string, make: (beside: string) => Promise<void>): Promise<void> {
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
  const beside = `${path}.new`;
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
    await remove(beside).catch(() => undefined);
    throw systemErrorAt(error);
  }
}

/** Where a folder that `writeFolderAtomic` writes is now: a crash may have left it beside its place. */
export function presentFolder(path: string): string {
  return !existsSync(path) && existsSync(replaced(path)) ? replaced(path) : path;
}

function replaced(path: string): string {
  return `${path}.old`;
}

function remove(path: string): Promise<void> {
  return rm(path, { recursive: true, force: true });
}
