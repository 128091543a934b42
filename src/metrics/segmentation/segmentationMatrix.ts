import { knownOptions } from "../../geometry/knownOptions.ts";
import { checkIgnoreLabel, checkLabelMaps, type LabelMaps, type LabelOptions } from "./labelMaps.ts";
import { meanOverClasses } from "../meanOverClasses.ts";

/** Numbers in 0..1. In the formulas, TP, FP and FN are the class's pixels over all images. */
export interface SegmentationClassMetrics {
  /** Index into the list of classes. */
  class: number;
  name: string;
  /** TP / (TP + FP + FN), also called Jaccard index. NaN for a class that is neither in a truth nor in a prediction. */
  iou: number;
  /** 2 TP / (2 TP + FP + FN), the F1 of pixels. NaN where the IoU is. */
  dice: number;
  /** TP / (TP + FN): the share of the class's pixels that were found. NaN for a class that is in no truth. */
  accuracy: number;
  /** TP + FN. */
  truthPixels: number;
  /** TP + FP. */
  predictedPixels: number;
}

/** Means over classes leave out those whose number is NaN; NaN where there was nothing to measure. */
export interface SegmentationMetrics {
  /** The share of all pixels whose class is right. */
  pixelAccuracy: number;
  /** The mean of the classes' accuracies. */
  meanAccuracy: number;
  meanIoU: number;
  /** The mean of the classes' IoUs, weighted by the classes' pixels in the truth. */
  frequencyWeightedIoU: number;
  meanDice: number;
  /** How many pixels counted. */
  pixels: number;
  perClass: SegmentationClassMetrics[];
}

/**
 * The confusion matrix of the pixels of any number of images, taken in one by one, and the numbers that follow from it.
 * Equal to the means of Keras (MeanIoU) and torchmetrics (JaccardIndex) over the classes that occur. Reference of the
 * four classic numbers: J. Long et al., "Fully Convolutional Networks for Semantic Segmentation", 2015, section 5.
 */
export class SegmentationMatrix {
  /** [classes, classes] pixels: a row for each true class, a column for each predicted one. */
  readonly counts: Float64Array;
  readonly #classes: readonly string[];
  readonly #options: LabelOptions;
  #images = 0;

  /** Throws AnchorkitError for an ignoreLabel that is not an integer. */
  constructor(classes: readonly string[], options: LabelOptions = {}) {
    knownOptions("SegmentationMatrix", options, { ignoreLabel: true });
    checkIgnoreLabel(options);
    this.#classes = classes;
    this.#options = options;
    this.counts = new Float64Array(classes.length ** 2);
  }

  /**
   * Counts the pixels of one more image. Throws AnchorkitError, and counts nothing, for maps of different lengths and
   * labels that are not the index of a class.
   */
  add(image: LabelMaps): void {
    const classCount = this.#classes.length;
    checkLabelMaps(image, this.#images, classCount, this.#options);
    const { truth, prediction } = image;
    for (let i = 0; i < truth.length; i++) {
      const label = truth[i] as number;
      if (label === this.#options.ignoreLabel) continue;
      (this.counts[label * classCount + (prediction[i] as number)] as number)++;
    }
    this.#images++;
  }

  /** The numbers of the images so far. */
  metrics(): SegmentationMetrics {
    const perClass = this.#classes.map((_, k) => this.#classMetrics(k));
    const pixels = this.counts.reduce((sum, count) => sum + count, 0);
    const right = this.#classes.reduce((sum, _, k) => sum + this.#count(k, k), 0);
    const weightedIoU = perClass.reduce(
      (sum, { truthPixels, iou }) => sum + (truthPixels > 0 ? truthPixels * iou : 0),
      0,
    );
    return {
      pixelAccuracy: right / pixels,
      meanAccuracy: meanOverClasses(perClass.map(({ accuracy }) => accuracy)),
      meanIoU: meanOverClasses(perClass.map(({ iou }) => iou)),
      frequencyWeightedIoU: weightedIoU / pixels,
      meanDice: meanOverClasses(perClass.map(({ dice }) => dice)),
      pixels,
      perClass,
    };
  }

  #classMetrics(k: number): SegmentationClassMetrics {
    let [truthPixels, predictedPixels] = [0, 0];
    for (let other = 0; other < this.#classes.length; other++) {
      truthPixels += this.#count(k, other);
      predictedPixels += this.#count(other, k);
    }
    const hits = this.#count(k, k);
    const ignored = k === this.#options.ignoreLabel;
    return {
      class: k,
      name: this.#classes[k] as string,
      iou: ignored ? NaN : hits / (truthPixels + predictedPixels - hits),
      dice: ignored ? NaN : (2 * hits) / (truthPixels + predictedPixels),
      accuracy: hits / truthPixels,
      truthPixels,
      predictedPixels,
    };
  }

  #count(truth: number, prediction: number): number {
    return this.counts[truth * this.#classes.length + prediction] as number;
  }
}

/** The numbers of a `SegmentationMatrix` that took in all these images; throws what its `add` throws. */
export function evaluateSegmentation(
  images: Iterable<LabelMaps>,
  classes: readonly string[],
  options: LabelOptions = {},
): SegmentationMetrics {
  const matrix = new SegmentationMatrix(classes, options);
  for (const image of images) matrix.add(image);
  return matrix.metrics();
}
