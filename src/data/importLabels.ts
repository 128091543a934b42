import { join, resolve } from "node:path";
import { AnchorkitError } from "../base/errors.ts";
import { kindOf, shownPath } from "./files.ts";
import { DATASET_FILE, writeDataset } from "./formats/coco/writeCoco.ts";
import type { ReadResult } from "./formats/format.ts";
import { readDataset, type ReadDatasetOptions } from "./readDataset.ts";

export interface ImportOptions extends ReadDatasetOptions {
  /** Copy the images to `<out>/images`, so that the folder can be moved; otherwise the JSON refers to where they lie. */
  copy?: boolean;
}

/**
 * Reads labels of any known format and writes them as a data set: `<out>/annotations.json`, a COCO file whose
 * `file_name`s are relative to it. Splits are kept where the source has them.
 *
 * @returns what was read, and the file that was written
 * @throws AnchorkitError as `readDataset`, and when `out` would overwrite the file that is read
 */
export async function importLabels(
  source: string,
  out: string,
  options: ImportOptions = {},
): Promise<ReadResult & { file: string }> {
  const file = join(out, DATASET_FILE);
  if (resolve(source) === resolve(file) || (resolve(source) === resolve(out) && (await kindOf(file)) === "file")) {
    const name = shownPath(file);
    throw new AnchorkitError(
      `${name}: would be read and overwritten; remove it first, or give another folder to write to`,
    );
  }
  const { copy = false, ...reading } = options;
  const result = await readDataset(source, reading);
  const dataset = await writeDataset(result.dataset, out, { copy });
  return { ...result, dataset, file };
}
