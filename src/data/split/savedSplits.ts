import { relative, resolve } from "node:path";
import { z } from "zod";
import { AnchorkitError } from "../../base/errors.ts";
import { writeFileAtomic } from "../../base/files.ts";
import type { Dataset, ImageRecord, SplitName } from "../dataset.ts";
import { posixPath, readText, shownPath } from "../files.ts";

const names = z.array(z.string());
const savedSplits = z.object({ train: names, val: names, test: names });

/**
 * Writes which image was in which split, by its path within `root`, the data set's folder: a training keeps it, so
 * that nothing it was trained on is ever tested on.
 */
export async function saveSplits(file: string, dataset: Dataset, root: string): Promise<void> {
  const saved: Record<SplitName, string[]> = { train: [], val: [], test: [] };
  for (const image of dataset.images) if (image.split) saved[image.split].push(nameOf(image, root));
  await writeFileAtomic(file, `${JSON.stringify(saved, undefined, 1)}\n`);
}

/**
 * Gives images without a split the one that they had when `saveSplits` wrote the file, and takes val out of train as it
 * was then. Images that the file does not name belong to test: nothing was trained on them.
 *
 * @throws AnchorkitError if the file is not what `saveSplits` writes
 */
export async function applySavedSplits(file: string, dataset: Dataset, root: string): Promise<Dataset> {
  const saved = parse(await readText(file), shownPath(file));
  const splitOf = new Map(
    (["train", "val", "test"] as const).flatMap((split) => saved[split].map((name) => [name, split] as const)),
  );
  const images = dataset.images.map((image) => {
    const before = splitOf.get(nameOf(image, root)) ?? "test";
    const drawn = image.split === undefined || (image.split === "train" && before === "val");
    return drawn ? { ...image, split: before } : image;
  });
  return { ...dataset, images };
}

function nameOf(image: ImageRecord, root: string): string {
  return posixPath(relative(resolve(root), image.file));
}

function parse(text: string, name: string): z.infer<typeof savedSplits> {
  try {
    return savedSplits.parse(JSON.parse(text));
  } catch {
    throw new AnchorkitError(`${name}: is not a list of the images in train, val and test`);
  }
}
