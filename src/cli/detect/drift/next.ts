import { UsageError } from "../../../base/errors.ts";
import type { OutputFolder } from "../../../base/output/outputFolder.ts";
import { countOf } from "../../../base/words.ts";
import type { NextImage } from "../../../monitoring/next/chooseNext.ts";
import type { Profile } from "../../../monitoring/profile.ts";
import type { WatchedModel } from "../../../monitoring/profileFiles.ts";

export interface NextFlags {
  next?: number;
  nextOut?: string;
  overwrite?: true;
}

/** The folder for the images that are worth labelling, looked at before anything is computed; undefined if none are asked for. */
export async function nextFolder(
  { next, nextOut, overwrite }: NextFlags,
  against: string,
): Promise<OutputFolder | undefined> {
  if ((next === undefined) !== (nextOut === undefined)) {
    throw new UsageError("--next and --next-out go together: how many images, and the folder that they are written to");
  }
  if (nextOut === undefined) return undefined;
  const { openDatasetFolder } = await import("../../../data/datasetFolder.ts");
  return openDatasetFolder(nextOut, { command: "detect drift", source: against, overwrite });
}

/** Writes copies of the images that are worth labelling next, with what the model proposes; answers them, the best first. */
export async function writeNext(
  output: OutputFolder,
  model: WatchedModel,
  current: readonly Profile[],
  reference: readonly Profile[],
  count: number,
): Promise<(NextImage & { file: string })[]> {
  const { chooseNext } = await import("../../../monitoring/next/chooseNext.ts");
  const { proposals } = await import("../../../monitoring/next/proposals.ts");
  const { writeDatasetTo } = await import("../../../data/datasetFolder.ts");
  const there = current.filter(({ file }) => file !== undefined);
  const chosen = chooseNext(there, reference, count).map((one) => ({ ...one, file: there[one.index]?.file ?? "" }));
  if (chosen.length < count) {
    process.stderr.write(`warning: ${countOf(chosen.length, "image")} to label next; there are no more that are new\n`);
  }
  if (chosen.length > 0) await writeDatasetTo(output, await proposals(model, chosen), { copy: true });
  return chosen;
}
