import { dirname, join, relative, resolve, sep } from "node:path";
import { stringify } from "csv-stringify/sync";
import { AnchorkitError } from "../../base/errors.ts";
import { writeFileAtomic } from "../../base/files.ts";
import type { Dataset } from "../dataset.ts";
import { requireEmptyFolder } from "../emptyFolder.ts";
import { kindOf, shownPath } from "../files.ts";
import { DATASET_FILE, writeDataset } from "../formats/coco/writeCoco.ts";
import type { LintChange, LintReport } from "./report.ts";

const CHANGES_FILE = "changes.csv";

/**
 * Makes sure that a corrected copy touches nothing that is there.
 *
 * @throws AnchorkitError when the folder holds something, or lies in the folder that is read
 */
export async function checkTarget(source: string, out: string): Promise<void> {
  await requireEmptyFolder(out);
  const root = (await kindOf(source)) === "file" ? dirname(resolve(source)) : resolve(source);
  const below = relative(root, resolve(out));
  if (below !== ".." && !below.startsWith(`..${sep}`) && below !== resolve(out)) {
    throw new AnchorkitError(`${shownPath(out)}: lies in the data set that is read; give a folder beside it`);
  }
}

/** Writes the corrected data set as `label import` does, and beside it what was changed. */
export async function writeFixed(
  dataset: Dataset,
  changes: readonly LintChange[],
  { out, copy = false }: { out: string; copy?: boolean },
): Promise<NonNullable<LintReport["fixed"]>> {
  await writeDataset(dataset, out, { copy });
  const changesFile = join(out, CHANGES_FILE);
  const columns = ["file", "object", "rule", "what", "before", "after"];
  await writeFileAtomic(changesFile, stringify([...changes], { header: true, columns }));
  return { file: join(out, DATASET_FILE), changesFile, changes: changes.length };
}
