import { open } from "node:fs/promises";
import { AnchorkitError, WouldOverwrite } from "../errors.ts";
import { inputAmong } from "./inputs.ts";
import { requireWritable } from "./requireWritable.ts";

/** How a page of anchorkit says that it is one, near its beginning. */
export const PAGE_GENERATOR = "anchorkit";

/**
 * Makes sure that a page may be written as this file: it is not there, or is a page of anchorkit, or may be overwritten.
 * See `OutputFolder`, whose rule this is.
 *
 * @throws AnchorkitError for a file that is read or cannot be written, WouldOverwrite for one of somebody else
 */
export async function requireReplaceable(
  file: string,
  { inputs, overwrite = false }: { inputs: readonly string[]; overwrite?: boolean | undefined },
): Promise<void> {
  const status = await requireWritable(file);
  if (!status) return;
  if (!status.isFile()) {
    throw new AnchorkitError(
      `${file}: is ${status.isDirectory() ? "a folder" : "no plain file"}; give a file to write`,
    );
  }
  const own = await isPage(file);
  const read = await inputAmong([{ file, own }], inputs, { passedBy: own });
  if (read !== undefined) throw new AnchorkitError(`${read}; give another file to write`);
  if (!own && !overwrite) {
    throw new WouldOverwrite(`${file}: is there already, and is no page of anchorkit; give another file to write`);
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
