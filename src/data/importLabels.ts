import { copyFile, mkdir } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { AnchorkitError } from "../base/errors.ts";
import type { Dataset, ImageRecord } from "./dataset.ts";
import { kindOf, shownPath } from "./files.ts";
import { write } from "./formats/coco.ts";
import type { ReadOptions, ReadResult } from "./formats/format.ts";
import { mapParallel } from "./parallel.ts";
import { DATASET_FILE, readDataset } from "./readDataset.ts";

export interface ImportOptions extends ReadOptions {
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
  const result = await readDataset(source, options);
  const dataset = options.copy ? await copyImages(result.dataset, join(out, "images")) : result.dataset;
  await write(dataset, file);
  return { ...result, dataset, file };
}

/** Copies all images into a folder, with the folders below the one that holds them all. */
async function copyImages(dataset: Dataset, folder: string): Promise<Dataset> {
  const root = commonFolder(dataset.images.map((image) => resolve(image.file)));
  const images = await mapParallel(dataset.images, 4, async (image): Promise<ImageRecord> => {
    const file = join(folder, relative(root, resolve(image.file)));
    await mkdir(dirname(file), { recursive: true });
    await copyFile(image.file, file);
    return { ...image, file };
  });
  return { ...dataset, images };
}

function commonFolder(files: readonly string[]): string {
  let folder = dirname(files[0] ?? ".");
  for (const file of files) while (relative(folder, file).startsWith("..")) folder = dirname(folder);
  return folder;
}
