import { readdir } from "node:fs/promises";
import { AnchorkitError } from "../base/errors.ts";
import { fitTo } from "./extras.ts";
import { shownPath } from "./files.ts";
import type { FormatId, WriteOptions, WriteResult } from "./formats/format.ts";
import { FORMATS } from "./formats/registry.ts";
import type { Dataset } from "./dataset.ts";
import { Warnings } from "./warnings.ts";

/**
 * Writes a data set in a format that other tools read, into a folder that is new or empty: nothing is overwritten, and
 * no labels of before are left between the new ones. What the format cannot hold is named in one warning a kind.
 *
 * @throws AnchorkitError when the folder holds something, or the format is only read
 */
export async function exportLabels(
  dataset: Dataset,
  to: FormatId,
  folder: string,
  options: WriteOptions = {},
): Promise<WriteResult> {
  const format = FORMATS[to];
  if (!format.write) throw new AnchorkitError(`${format.title} can be read, not written`);
  if ((await entriesOf(folder)).length > 0) {
    throw new AnchorkitError(`${shownPath(folder)}: is not empty; give a new folder, so that nothing is overwritten`);
  }
  const warnings = new Warnings();
  const result = await format.write(fitTo(format, dataset, warnings), folder, options);
  return { ...result, warnings: [...warnings.lines(), ...result.warnings] };
}

async function entriesOf(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT") return [];
    if (code === "ENOTDIR") throw new AnchorkitError(`${shownPath(folder)}: is a file; give a folder to write to`);
    throw error;
  }
}
