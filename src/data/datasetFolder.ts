import { join, relative, resolve } from "node:path";
import { OutputFolder } from "../base/output/outputFolder.ts";
import type { Dataset } from "./dataset.ts";
import { posixPath, shownPath } from "./files.ts";
import { copiedFiles, DATASET_FILE, writeDataset } from "./formats/coco/writeCoco.ts";

/** Who writes a data set, of what it is made, and whether files of others may be replaced. */
export interface DatasetFolderOptions {
  command: string;
  source: string;
  overwrite?: boolean | undefined;
}

/**
 * A folder that a data set is going to be written to, looked at before any data is read.
 *
 * @throws AnchorkitError when it could not be written to, as far as can be said by then; see OutputFolder
 */
export async function openDatasetFolder(
  folder: string,
  { command, source, overwrite }: DatasetFolderOptions,
): Promise<OutputFolder> {
  const output = await OutputFolder.open(shownPath(folder), { command, overwrite, inputs: [source] });
  await output.requireFree([DATASET_FILE]);
  return output;
}

/** Writes a data set into the folder, see `writeDataset`; first makes sure that it overwrites nothing. */
export async function writeDatasetTo(
  output: OutputFolder,
  dataset: Dataset,
  { copy = false }: { copy?: boolean },
): Promise<Dataset> {
  const to = copy ? [...copiedFiles(dataset, output.path).values()] : [];
  const copies = to.map((file) => relative(resolve(output.path), file));
  const names = [DATASET_FILE, ...copies.map(posixPath)];
  await output.requireFree(
    names,
    dataset.images.map(({ file }) => file),
  );
  return output.write(() => writeDataset(dataset, output.path, { copy }), names);
}

/** The file in the folder that holds the data set. */
export function datasetFile(folder: string): string {
  return join(folder, DATASET_FILE);
}
