import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Writes a file beside its place and renames it, so that a crash never leaves half of one.
 * Folders on the way are made.
 */
export async function writeFileAtomic(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const beside = `${path}.${process.pid}-${randomBytes(4).toString("hex")}.tmp`;
  try {
    await writeFile(beside, content);
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
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
    await remove(beside);
    throw error;
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
