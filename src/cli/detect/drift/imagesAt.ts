import { existsSync } from "node:fs";
import { UsageError } from "../../../base/errors.ts";
import type { ImageRecord, SplitName } from "../../../data/dataset.ts";
import { isImageName, kindOf } from "../../../data/files.ts";
import type { RunFolder } from "../../../training/run/runFolder.ts";
import type { TaskKind } from "../../../training/task.ts";
import { imagesIn, openDataset, type ReadingFlags } from "../../dataset.ts";
import { freeName, type ImageFile, listImageFiles } from "../imageFiles.ts";

/** An image, and whether the model was trained on it, or on a copy of it. */
export interface KnownImage extends ImageFile {
  trained: boolean;
}

export interface ImagesAtOptions extends ReadingFlags {
  run: RunFolder;
  seed: number;
  task: TaskKind;
  /** The images of a data set that are in this split alone. */
  split?: SplitName | "all" | undefined;
}

/**
 * The images at a path: those of a data set, if it is a file of labels, a folder of images with masks, or a split is asked
 * for; else all images of the folder or pattern. The run's splits tell which of them the model was trained on.
 */
export async function imagesAt(path: string, options: ImagesAtOptions): Promise<KnownImage[]> {
  return (await isDataset(path, options)) ? imagesOfDataset(path, options) : imageFiles(path, options.run);
}

async function isDataset(path: string, { split }: ImagesAtOptions): Promise<boolean> {
  if (split !== undefined) return true;
  const kind = await kindOf(path);
  if (kind === "file") return !isImageName(path);
  if (kind !== "folder") return false;
  const [{ lookAt }, { FORMATS }] = await Promise.all([
    import("../../../data/place.ts"),
    import("../../../data/formats/registry.ts"),
  ]);
  const likeness = await FORMATS.masks.recognizes(await lookAt(path), undefined);
  return likeness === "sure" || likeness === "likely"; // masks are images, too, and not to be looked at
}

/** The images of a data set, split as the training split them. */
export async function imagesOfDataset(
  data: string,
  { run, seed, task, split = "all", ...reading }: ImagesAtOptions,
): Promise<KnownImage[]> {
  const { dataset, seen } = await openDataset({ data, ...reading }, { seed, run, task });
  const wanted = imagesIn(dataset, split, data);
  requireWhole(data, wanted, task);
  const { namesOf } = await import("../../../data/split/manifest.ts");
  const names = namesOf(wanted);
  const known = existsSync(run.splits);
  const taken = new Set<string>();
  return wanted.map((image, i) => ({
    file: image.file,
    name: freeName(names[i] ?? image.file, taken),
    trained: known ? seen.has(image) : image.split === "train",
  }));
}

/** @throws UsageError where the model looks at parts of images, or at several at once */
function requireWhole(data: string, images: readonly ImageRecord[], task: TaskKind): void {
  const crops = task === "reading" && images.some(({ text, objects }) => text === undefined && objects.length > 0);
  if (!crops && !images.some(({ frames }) => frames)) return;
  throw new UsageError(`${data}: the model looks at parts of these images; give a folder of such parts, each a file`);
}

/** Images by themselves are known by their bytes alone: cameras give the same names again and again. */
async function imageFiles(path: string, run: RunFolder): Promise<KnownImage[]> {
  const files = await listImageFiles([path]);
  if (!existsSync(run.splits)) return files.map((image) => ({ ...image, trained: false }));
  const { HASHED_AT_ONCE, readManifest } = await import("../../../data/split/manifest.ts");
  const { recordHash } = await import("../../../data/images/fileHash.ts");
  const { mapParallel } = await import("../../../data/parallel.ts");
  const { images } = await readManifest(run.splits);
  const trained = new Set(images.filter(({ split }) => split === "train").map(({ sha256 = "" }) => sha256));
  return mapParallel(files, HASHED_AT_ONCE, async (image) => ({
    ...image,
    trained: trained.has(await recordHash(image)),
  }));
}
