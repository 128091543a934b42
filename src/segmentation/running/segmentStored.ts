import { fittedAnswers, fittedRecords } from "../../data/images/canvasImages.ts";
import type { RunStep } from "../../engine/graph/step.ts";
import type { FittedImage } from "../../data/images/fittedFiles.ts";
import type { ImageStore } from "../../data/images/imageStore.ts";
import { AnchorkitError } from "../../base/errors.ts";
import type { SegmentedImage } from "./onImage.ts";
import { segmentImages, type SegmentOptions } from "./segmentImages.ts";
import { rowsOfFile } from "../tiles/rowsOfFile.ts";
import { rowsOfImage } from "../tiles/rowsOfImage.ts";
import { segmentTiles } from "../tiles/segmentTiles.ts";

/** What an image file shows, or why it could not be read. */
export type FileSegmentation = (SegmentedImage & { file: string }) | { file: string; error: AnchorkitError };

/** Runs a segmenter over stored images, in their order. */
export async function* segmentStored(
  run: RunStep,
  store: ImageStore,
  options: SegmentOptions,
): AsyncGenerator<SegmentedImage> {
  if (options.preprocessing.resize === "tiles") {
    for (let i = 0; i < store.length; i++) yield segmentTiles(run, rowsOfImage(await store.get(i)), options);
    return;
  }
  for await (const fitted of fittedRecords(store, options.batch)) yield* await segmentImages(run, fitted, options);
}

/** Runs a segmenter over image files, in their order; a file that cannot be read gives its error. */
export async function* segmentFiles(
  run: RunStep,
  files: readonly string[],
  options: SegmentOptions,
): AsyncGenerator<FileSegmentation> {
  const { batch, preprocessing } = options;
  if (preprocessing.resize === "tiles") {
    for (const file of files) yield segmentFile(run, file, options);
    return;
  }
  const segment = (images: readonly FittedImage[]): Promise<SegmentedImage[]> => segmentImages(run, images, options);
  for await (const one of fittedAnswers(files, batch, preprocessing, segment)) {
    yield "error" in one ? one : { file: one.file, ...one.answer };
  }
}

async function segmentFile(run: RunStep, file: string, options: SegmentOptions): Promise<FileSegmentation> {
  try {
    return { file, ...(await segmentTiles(run, await rowsOfFile(file), options)) };
  } catch (error) {
    if (error instanceof AnchorkitError) return { file, error };
    throw error;
  }
}
