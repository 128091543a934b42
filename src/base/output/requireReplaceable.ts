import { open } from "node:fs/promises";
import { AnchorkitError, WouldOverwrite } from "../errors.ts";
import { inputAmong } from "./inputs.ts";
import { requireWritable } from "./requireWritable.ts";

/** How a page of anchorkit says that it is one, near its beginning. */
export const PAGE_GENERATOR = "anchorkit";

export interface ReplaceableOptions {
  /** What is read: files, and folders with all that is in them. */
  inputs: readonly string[];
  overwrite?: boolean | undefined;
  /** Whether the file that is there was written by anchorkit, as what is to be written; a page unless told. */
  isOwn?: (path: string) => Promise<boolean>;
  /** What a file is that was not, for a message. */
  what?: string;
}

/**
 * Makes sure that a page, or another file, may be written here: nothing is there, or anchorkit's own, or what may be
 * overwritten. See `OutputFolder`, whose rule this is.
 *
 * @throws AnchorkitError for a file that is read or cannot be written, WouldOverwrite for one of somebody else
 */
export async function requireReplaceable(
  file: string,
  { inputs, overwrite = false, isOwn = isPage, what = "no page of anchorkit" }: ReplaceableOptions,
): Promise<void> {
  const status = await requireWritable(file);
  if (!status) return;
  if (!status.isFile()) {
    throw new AnchorkitError(
      `${file}: is ${status.isDirectory() ? "a folder" : "no plain file"}; give a file to write`,
    );
  }
  const own = await isOwn(file);
  const read = await inputAmong([{ file, own }], inputs, { passedBy: own });
  if (read !== undefined) throw new AnchorkitError(`${read}; give another file to write`);
  if (!own && !overwrite) {
    throw new WouldOverwrite(`${file}: is there already, and is ${what}; give another file to write`);
  }
}

async function isPage(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4096), 0, 4096, 0);
    return buffer.toString("utf8", 0, bytesRead).includes(`name="generator" content="${PAGE_GENERATOR}"`);
  } finally {
    await file.close();
  }
}
