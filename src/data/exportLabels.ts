import { AnchorkitError } from "../base/errors.ts";
import { knownOptions } from "../geometry/knownOptions.ts";
import { OutputFolder } from "../base/output/outputFolder.ts";
import { fitTo } from "./formats/extras.ts";
import type { FormatId, WriteOptions, WriteResult } from "./formats/format.ts";
import { FORMATS } from "./formats/registry.ts";
import type { Dataset } from "./dataset.ts";
import { shownPath } from "./files.ts";
import { Warnings } from "./warnings.ts";

export interface ExportOptions extends WriteOptions {
  /** Write into a folder that is not empty, too: what was exported there before goes, files of the same name go. */
  overwrite?: boolean | undefined;
  /** The file or folder that the data set was read from, which is then kept off. */
  source?: string | undefined;
}

/**
 * Writes a data set in a format that other tools read, into a folder that is new or empty: nothing is overwritten, and
 * no labels of before are left between the new ones. What the format cannot hold is named in one warning a kind.
 *
 * @throws AnchorkitError when the folder holds something, when the format is only read, and for images that are crops
 * of their files (`cutOutObjects`), since formats refer to whole files; and for clips, where the format holds none
 */
export async function exportLabels(
  dataset: Dataset,
  to: FormatId,
  folder: string,
  all: ExportOptions = {},
): Promise<WriteResult> {
  knownOptions("exportLabels", all, { copy: true, overwrite: true, source: true });
  const { overwrite, source, ...options } = all;
  const format = requireWritten(to);
  const cut = dataset.images.find(({ crop }) => crop);
  if (cut) {
    throw new AnchorkitError(
      `exportLabels: image ${cut.id} is a crop of ${shownPath(cut.file)}, and formats hold whole files; export the data set that it was cut out of`,
    );
  }
  const clip = dataset.images.find(({ frames }) => frames);
  if (clip && !format.holds.includes("frames")) {
    throw new AnchorkitError(
      `${shownPath(clip.file)}: is a clip of frames, which ${format.title} cannot hold; COCO JSON can (coco)`,
    );
  }
  const output = await exportFolder(folder, { overwrite, source });
  await output.requireEmpty(dataset.images.map(({ file }) => file));
  const warnings = new Warnings();
  const fitting = fitTo(format, dataset, warnings);
  await output.clear();
  const result = await output.write(() => format.write(fitting, folder, options));
  return { ...result, warnings: [...warnings.lines(), ...result.warnings] };
}

/**
 * Looks at the folder that `exportLabels` would write to, before any data is read.
 *
 * @throws AnchorkitError when it could not be written to, as far as can be said by then
 */
export async function exportFolder(
  folder: string,
  { overwrite, source }: Pick<ExportOptions, "overwrite" | "source">,
): Promise<OutputFolder> {
  const inputs = source === undefined ? [] : [source];
  const output = await OutputFolder.open(shownPath(folder), { command: "label export", overwrite, inputs });
  await output.requireEmpty();
  return output;
}

/** @throws AnchorkitError for a format that is only read */
export function requireWritten(to: FormatId) {
  const { title, write, ...format } = FORMATS[to];
  if (!write) throw new AnchorkitError(`${title} can be read, not written`);
  return { ...format, title, write };
}
