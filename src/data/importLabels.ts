import { knownOptions } from "../geometry/knownOptions.ts";
import { datasetFile, openDatasetFolder, writeDatasetTo } from "./datasetFolder.ts";
import type { ReadResult } from "./formats/format.ts";
import { READING_OPTIONS, readDataset, type ReadDatasetOptions } from "./readDataset.ts";

export interface ImportOptions extends ReadDatasetOptions {
  /** Copy the images to `<out>/images`, so that the folder can be moved; otherwise the JSON refers to where they lie. */
  copy?: boolean;
  /** Replace files that an import has not written, too; never what is read. */
  overwrite?: boolean | undefined;
}

/**
 * Reads labels of any known format and writes them as a data set: `<out>/annotations.json`, a COCO file whose
 * `file_name`s are relative to it. Splits are kept where the source has them.
 *
 * @returns what was read, and the file that was written
 * @throws AnchorkitError as `readDataset`, and when a file would be overwritten that is read or that no import has written
 */
export async function importLabels(
  source: string,
  out: string,
  options: ImportOptions = {},
): Promise<ReadResult & { file: string }> {
  knownOptions("importLabels", options, { ...READING_OPTIONS, copy: true, overwrite: true });
  const { copy = false, overwrite, ...reading } = options;
  const output = await openDatasetFolder(out, { command: "label import", source, overwrite });
  const result = await readDataset(source, reading);
  const dataset = await writeDatasetTo(output, result.dataset, { copy });
  return { ...result, dataset, file: datasetFile(out) };
}
