import { readdir } from "node:fs/promises";
import { AnchorkitError } from "../base/errors.ts";
import { shownPath } from "./files.ts";

/**
 * Makes sure that nothing is overwritten, and nothing of before left between what is new.
 *
 * @throws AnchorkitError when the folder holds something, or is a file
 */
export async function requireEmptyFolder(folder: string): Promise<void> {
  if ((await entriesOf(folder)).length === 0) return;
  throw new AnchorkitError(`${shownPath(folder)}: is not empty; give a new folder, so that nothing is overwritten`);
}

async function entriesOf(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT") return [];
    if (code === "ENOTDIR") throw new AnchorkitError(`${shownPath(folder)}: is a file; give a new folder to write to`);
    throw error;
  }
}
