import { dirname, join, relative, resolve, sep } from "node:path";
import { stringify } from "csv-stringify/sync";
import { AnchorkitError } from "../../base/errors.ts";
import { writeFileAtomic } from "../../base/files.ts";
import { OutputFolder } from "../../base/output/outputFolder.ts";
import type { Dataset } from "../dataset.ts";
import { kindOf, shownPath } from "../files.ts";
import { DATASET_FILE, writeDataset } from "../formats/coco/writeCoco.ts";
import type { LintChange, LintReport } from "./report.ts";

const CHANGES_FILE = "changes.csv";

/** Where a corrected copy goes. */
export interface FixOptions {
  /** A new folder. */
  out: string;
  /** Copy the images there, too. */
  copy?: boolean;
  /** Write into a folder that is not empty, too. */
  overwrite?: boolean;
}

/**
 * Makes sure that a corrected copy touches nothing that is there.
 *
 * @throws AnchorkitError when the folder holds something, or lies in the folder that is read
 */
export async function openTarget(source: string, { out, overwrite }: FixOptions): Promise<OutputFolder> {
  const output = await OutputFolder.open(shownPath(out), { command: "label lint", overwrite, inputs: [source] });
  await output.requireEmpty();
  const root = (await kindOf(source)) === "file" ? dirname(resolve(source)) : resolve(source);
  const below = relative(root, resolve(out));
  if (below !== ".." && !below.startsWith(`..${sep}`) && below !== resolve(out)) {
    throw new AnchorkitError(`${shownPath(out)}: lies in the data set that is read; give a folder beside it`);
  }
  return output;
}

/** Writes the corrected data set as `label import` does, and beside it what was changed. */
export async function writeFixed(
  dataset: Dataset,
  changes: readonly LintChange[],
  output: OutputFolder,
  { out, copy = false }: FixOptions,
): Promise<NonNullable<LintReport["fixed"]>> {
  await output.requireEmpty(dataset.images.map(({ file }) => file));
  await output.clear();
  const changesFile = join(out, CHANGES_FILE);
  const columns = ["file", "object", "rule", "what", "before", "after"];
  await output.write(async () => {
    await writeDataset(dataset, out, { copy });
    await writeFileAtomic(changesFile, stringify([...changes], { header: true, columns }));
  });
  return { file: join(out, DATASET_FILE), changesFile, changes: changes.length };
}
