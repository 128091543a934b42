import { basename } from "node:path";
import { AnchorkitError, UsageError } from "../../../base/errors.ts";
import { count, countOf } from "../../../base/words.ts";
import type { ComparedMasks } from "../../../data/comparison/masks/comparedMasks.ts";
import type { MaskOptions } from "../../../data/comparison/masks/maskMeanings.ts";
import type { MaskFiles } from "../../../data/comparison/masks/pairByName.ts";
import type { SplitName } from "../../../data/dataset.ts";
import { isImageName, kindOf, shownPath } from "../../../data/files.ts";
import type { MeasuredImage } from "../../../segmentation/measuring/measure.ts";
import type { SegmentationSource } from "./evalSegmenter.ts";
import { printWarnings, type ReadingFlags, readingOptions } from "../../dataset.ts";

/** Masks of any tool, and what they are compared with. */
export interface MaskFlags extends ReadingFlags, MaskOptions {
  truth?: string;
  predictions?: string;
  /** Which images of a data set are compared; all unless told. */
  split?: SplitName | "all";
}

/** Reads the labels, which are a folder of masks or a data set of any form, and a folder of predicted masks. */
export async function readMaskSource(flags: MaskFlags): Promise<SegmentationSource> {
  const { truth, predictions } = flags;
  if (truth === undefined || predictions === undefined) throw new UsageError("--predictions needs --truth");
  const { maskFilesIn } = await import("../../../data/comparison/masks/pairByName.ts");
  const predicted = await maskFilesIn(predictions);
  const masks = (await kindOf(truth)) === "folder" ? await masksAlone(truth) : undefined;
  const read = masks ? await readFolders(masks, predicted, flags) : await readLabels(truth, predicted, flags);
  printWarnings(read.warnings);
  process.stderr.write(`${countOf(read.classes.length, "class")} in ${countOf(read.pairs.length, "image")}\n`);
  return {
    title: `${basename(predictions)} on ${basename(truth)}`,
    classes: read.classes,
    images: imagesOf(read.pairs),
    warnings: read.warnings,
    pictures: masks === undefined || flags.images !== undefined,
  };
}

/** The masks of a folder that holds nothing else but lists of classes; undefined for a data set. */
async function masksAlone(folder: string): Promise<MaskFiles | undefined> {
  const { maskFilesIn } = await import("../../../data/comparison/masks/pairByName.ts");
  const { pairMasks } = await import("../../../data/formats/masks/maskFiles.ts");
  const masks = await maskFilesIn(folder);
  const others = masks.files.filter((file) => !isImageName(file) && !/\.(?:csv|txt)$/i.test(file));
  return others.length === 0 && pairMasks(folder, masks.files).pairs.length === 0 ? masks : undefined;
}

async function readFolders(
  truth: MaskFiles,
  predictions: MaskFiles,
  { images, split, coordinates, orphans, ...options }: MaskFlags,
): Promise<ComparedMasks> {
  const given = Object.entries({ split, coordinates, orphans }).find(([, value]) => value !== undefined);
  if (given)
    throw new UsageError(
      `--${given[0]} is for a data set at --truth, and ${shownPath(truth.folder)} holds masks alone`,
    );
  const { compareMaskFolders } = await import("../../../data/comparison/masks/comparedMasks.ts");
  const compared = await compareMaskFolders(truth, predictions, options);
  if (images === undefined) return compared;
  const { imagesByName } = await import("../../../data/comparison/masks/pairByName.ts");
  const pictures = await imagesByName(truth.masks, images);
  return { ...compared, pairs: compared.pairs.map((pair, i) => ({ ...pair, file: pictures[i] ?? pair.file })) };
}

async function readLabels(
  truth: string,
  predictions: MaskFiles,
  { split = "all", classes, ignoreLabel, ...reading }: MaskFlags,
): Promise<ComparedMasks> {
  const { readDataset } = await import("../../../data/readDataset.ts");
  const { segmentationData } = await import("../../../segmentation/segmentationData.ts");
  const { labelMapOf } = await import("../../../segmentation/targets/labelMapOf.ts");
  const { readPredictedMasks } = await import("../../../data/comparison/masks/comparedMasks.ts");
  const all = await readDataset(truth, readingOptions(reading));
  const chosen = all.dataset.images.filter((image) => split === "all" || image.split === split);
  if (chosen.length === 0) {
    throw new AnchorkitError(
      `${shownPath(truth)}: none of its ${count(all.dataset.images.length)} images is in the split "${split}"`,
    );
  }
  const { dataset, notes } = segmentationData({ ...all.dataset, images: chosen });
  const options = { ...(classes && { classes }), ...(ignoreLabel !== undefined && { ignoreLabel }) };
  const { maps, warnings } = await readPredictedMasks(
    dataset.images,
    dataset.classes,
    predictions,
    options,
    all.dataset.images,
  );
  return {
    classes: dataset.classes,
    pairs: dataset.images.map((image, i) => ({
      file: image.file,
      truth: () => labelMapOf(image),
      prediction: maps[i] as (typeof maps)[number],
    })),
    warnings: [...all.warnings, ...notes, ...warnings],
  };
}

function* imagesOf(pairs: ComparedMasks["pairs"]): Generator<MeasuredImage> {
  for (const { file, truth, prediction } of pairs) {
    const labels = truth();
    yield { file, size: { width: labels.width, height: labels.height }, truth: labels, prediction: prediction() };
  }
}
