import { AnchorkitError } from "../base/errors.ts";
import { requireEmptyFolder } from "./emptyFolder.ts";
import { fitTo } from "./formats/extras.ts";
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
  await requireEmptyFolder(folder);
  const warnings = new Warnings();
  const result = await format.write(fitTo(format, dataset, warnings), folder, options);
  return { ...result, warnings: [...warnings.lines(), ...result.warnings] };
}
