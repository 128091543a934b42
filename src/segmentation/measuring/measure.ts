import type { Size } from "../../base/preprocessing.ts";
import { AnchorkitError } from "../../base/errors.ts";
import { shownPath } from "../../data/files.ts";
import { IGNORED, type LabelMap } from "../../geometry/masks/labelMap.ts";
import type { Rle } from "../../geometry/masks/rle.ts";
import { BoundaryF1 } from "../../metrics/segmentation/boundaryF1.ts";
import { type SegmentationClassMetrics, SegmentationMatrix } from "../../metrics/segmentation/segmentationMatrix.ts";
import { meanOverClasses } from "../../metrics/meanOverClasses.ts";
import type { Instance } from "../instances/instancesOf.ts";
import type { Validation } from "../../training/task.ts";

/** An object that is labelled; a crowd is a group of them that nobody told apart. */
export interface TrueInstance {
  mask: Rle;
  class: number;
  crowd?: boolean;
}

/** The labels of an image beside what a segmenter, or another tool, made of it. */
export interface MeasuredImage {
  file: string;
  size: Size;
  truth: LabelMap;
  /** Has a class, or the background, wherever the truth has one. */
  prediction: LabelMap;
  /** Where single objects were asked for. */
  instances?: { truth: readonly TrueInstance[]; found: readonly Instance[] };
}

/** The numbers of one image: by them images are ranked. */
export interface ImageNumbers {
  file: string;
  /** The mean IoU of those classes that the image shows or was said to show, without the background; NaN if none. */
  iou: number;
  pixelAccuracy: number;
}

/** The numbers of a class; NaN where there is nothing to measure. */
export interface SegmenterClassMetrics extends SegmentationClassMetrics {
  /** The share of the pixels called so that are. */
  precision: number;
  /** How well its outlines lie, see BoundaryF1. */
  boundaryF1: number;
}

/** Everything that was measured of a segmenter. */
export interface SegmenterEvaluation {
  /** The metrics over all images, by Keras's names where it has them, in the order in which people want to see them. */
  metrics: Record<string, number>;
  /** The background, then each class. */
  perClass: SegmenterClassMetrics[];
  /** [n + 1][n + 1] pixels: a row for each true class, a column for each predicted one, the background first. */
  confusion: number[][];
  images: ImageNumbers[];
}

/**
 * Measures the predictions of any number of images; one is in memory at a time.
 *
 * @param classes without the background
 * @param each is called with each image and its numbers, for those who keep more of it
 * @throws AnchorkitError, naming the file, for maps of different sizes and labels that are no class
 */
export async function measureSegmenter(
  images: Iterable<MeasuredImage> | AsyncIterable<MeasuredImage>,
  classes: readonly string[],
  each: (image: MeasuredImage, numbers: ImageNumbers) => void = () => undefined,
): Promise<SegmenterEvaluation> {
  const names = ["background", ...classes];
  const all = new SegmentationMatrix(names, OPTIONS);
  const boundaries = new BoundaryF1(names, OPTIONS);
  const measured: ImageNumbers[] = [];
  for await (const image of images) {
    const one = new SegmentationMatrix(names, OPTIONS);
    checkSizes(image);
    const { file, truth, prediction } = image;
    const { width, height } = truth;
    try {
      one.add({ truth: truth.data, prediction: prediction.data });
      boundaries.add({ truth: truth.data, prediction: prediction.data, width, height });
    } catch (error) {
      if (!(error instanceof AnchorkitError)) throw error;
      throw new AnchorkitError(error.message.replace(/^image 0/, shownPath(file)), { cause: error });
    }
    one.counts.forEach((count, i) => ((all.counts[i] as number) += count));
    const { perClass, pixelAccuracy } = one.metrics();
    const numbers = { file, iou: meanOverClasses(perClass.slice(1).map(({ iou }) => iou)), pixelAccuracy };
    measured.push(numbers);
    each(image, numbers);
  }
  return evaluationOf(all, boundaries, measured);
}

/** The same in short, as training needs it: the mean IoU is the score. */
export function validationOf({ metrics, confusion, perClass }: SegmenterEvaluation): Validation {
  const rows = perClass.map(({ name }) => name);
  return { score: metrics.mean_iou ?? NaN, metrics, examples: { confusion, rows } };
}

const OPTIONS = { ignoreLabel: IGNORED };

function evaluationOf(matrix: SegmentationMatrix, boundaries: BoundaryF1, images: ImageNumbers[]): SegmenterEvaluation {
  const { perClass, ...overall } = matrix.metrics();
  const outlines = boundaries.metrics();
  const foreground = perClass.slice(1);
  const metrics = {
    mean_iou: overall.meanIoU,
    iou: meanOverClasses(foreground.map(({ iou }) => iou)),
    mean_image_iou: meanOverClasses(images.map(({ iou }) => iou)),
    mean_dice: overall.meanDice,
    dice: meanOverClasses(foreground.map(({ dice }) => dice)),
    pixel_accuracy: overall.pixelAccuracy,
    mean_accuracy: overall.meanAccuracy,
    frequency_weighted_iou: overall.frequencyWeightedIoU,
    boundary_f1: outlines.meanF1,
  };
  const n = perClass.length;
  return {
    metrics,
    perClass: perClass.map((one, k) => ({
      ...one,
      precision: (matrix.counts[k * n + k] ?? 0) / one.predictedPixels,
      boundaryF1: outlines.perClass[k]?.f1 ?? NaN,
    })),
    confusion: Array.from({ length: n }, (_, k) => [...matrix.counts.subarray(k * n, (k + 1) * n)]),
    images,
  };
}

function checkSizes({ file, truth, prediction }: MeasuredImage): void {
  if (truth.width === prediction.width && truth.height === prediction.height) return;
  const sizes = [truth, prediction].map(({ width, height }) => `${width} x ${height}`);
  throw new AnchorkitError(
    `${shownPath(file)}: the labels have ${sizes[0]} pixels and the prediction ${sizes[1]}; resize the prediction to the labels' size (nearest neighbour)`,
  );
}
