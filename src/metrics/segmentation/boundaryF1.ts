import { knownOptions } from "../../geometry/knownOptions.ts";
import { AnchorkitError } from "../../base/errors.ts";
import { boundaryShares, drawBoundaries } from "./boundaries.ts";
import { checkIgnoreLabel, checkLabelMaps, type LabelMaps, type LabelOptions } from "./labelMaps.ts";
import { meanOverClasses } from "../meanOverClasses.ts";

export interface SizedLabelMaps extends LabelMaps {
  /** In pixels. */
  width: number;
  height: number;
}

export interface BoundaryOptions extends LabelOptions {
  /**
   * In pixels: a boundary pixel is right if one of the other map's is nearer than this (so 1 asks for the same pixel, 1.5
   * takes its eight neighbours too). Without it, 0.75 % of the image's diagonal, as in the paper.
   */
  tolerance?: number;
}

/** Means over those images in which the class has a boundary, in the truth or in the prediction; NaN if in none. */
export interface BoundaryClassMetrics {
  /** Index into the list of classes. */
  class: number;
  name: string;
  /** 2 * precision * recall / (precision + recall) in each image; 0 where one of the two maps has no boundary of it. */
  f1: number;
  /** The share of the predicted boundary that is near the true one, over the images with a predicted one. */
  precision: number;
  /** The share of the true boundary that is near the predicted one, over the images with a true one. */
  recall: number;
  /** In how many images the class has a boundary. */
  images: number;
}

export interface BoundaryMetrics {
  /** The mean of the classes' F1, those without a boundary (NaN) left out. */
  meanF1: number;
  perClass: BoundaryClassMetrics[];
}

const SHARE_OF_DIAGONAL = 0.0075;

interface ClassSums {
  f1: number;
  images: number;
  precision: number;
  predicted: number;
  recall: number;
  true: number;
  /** Images in which all of its boundary lies in pixels that do not count. */
  unknown: number;
}

const NO_SUMS: ClassSums = { f1: 0, images: 0, precision: 0, predicted: 0, recall: 0, true: 0, unknown: 0 };

/**
 * The boundary F1 (BF score) of any number of images, taken in one by one: how well the outlines of the classes agree,
 * whatever the areas. A boundary pixel of a class is one of its pixels with a neighbour (left, right, above or below) of
 * another class; the image's edge is no boundary, and neither is the border to pixels that do not count. What lies within
 * the tolerance of these is left out. An image in which all of a class's boundary lies there says nothing of the class; if
 * no image says something, as in data whose objects have borders that do not count, the class has no numbers (NaN).
 * Reference: G. Csurka et al., "What is a good evaluation measure for semantic segmentation?", 2013.
 */
export class BoundaryF1 {
  readonly #classes: readonly string[];
  readonly #options: BoundaryOptions;
  readonly #sums: ClassSums[];
  #images = 0;

  /** Throws AnchorkitError for an ignoreLabel that is not an integer, and a tolerance that is not above 0. */
  constructor(classes: readonly string[], options: BoundaryOptions = {}) {
    knownOptions("BoundaryF1", options, { ignoreLabel: true, tolerance: true });
    checkIgnoreLabel(options);
    const { tolerance } = options;
    if (tolerance !== undefined && !(tolerance > 0 && Number.isFinite(tolerance))) {
      throw new AnchorkitError(`boundary F1: tolerance must be a number of pixels above 0, got ${tolerance}`);
    }
    this.#classes = classes;
    this.#options = options;
    this.#sums = classes.map(() => ({ ...NO_SUMS }));
  }

  /**
   * Compares the boundaries of one more image. Time grows with the boundary's length and the square of the tolerance.
   * Throws AnchorkitError for maps that are not width * height long and labels that are not the index of a class.
   */
  add(image: SizedLabelMaps): void {
    const { truth, prediction, width, height } = image;
    if (!(Number.isInteger(width) && Number.isInteger(height)) || width * height !== truth.length) {
      throw new AnchorkitError(`image ${this.#images}: truth has ${truth.length} pixels, not ${width} * ${height}`);
    }
    checkLabelMaps(image, this.#images, this.#classes.length, this.#options);
    this.#images++;
    const { ignoreLabel, tolerance = SHARE_OF_DIAGONAL * Math.sqrt(width ** 2 + height ** 2) } = this.#options;
    const mask = new Uint8Array(truth.length);
    for (let i = 0; i < mask.length; i++) if (truth[i] !== ignoreLabel) mask[i] = 1;
    const frame = { width, height, classCount: this.#classes.length, tolerance, mask };
    const [truths, predictions] = [drawBoundaries(truth, frame), drawBoundaries(prediction, frame)];
    const precisions = boundaryShares(predictions, truths);
    // What is predicted where pixels do not count may still be the match of a boundary near by.
    const everywhere = mask.includes(0) ? drawBoundaries(prediction, { ...frame, mask: mask.fill(1) }) : predictions;
    const recalls = boundaryShares(truths, everywhere);
    this.#classes.forEach((_, k) => {
      if (k === ignoreLabel) return;
      const [precision, recall] = [precisions[k] as number, recalls[k] as number];
      const sums = this.#sums[k] as ClassSums;
      if (Number.isNaN(recall) && truths.open[k] !== 0) sums.unknown++;
      else addShares(sums, precision, recall);
    });
  }

  /** The numbers of the images so far. */
  metrics(): BoundaryMetrics {
    const perClass = this.#sums.map((sums, k) => {
      const { f1, images, precision, predicted, recall } = sums.true > 0 || sums.unknown === 0 ? sums : NO_SUMS;
      return {
        class: k,
        name: this.#classes[k] as string,
        f1: f1 / images,
        precision: precision / predicted,
        recall: recall / sums.true,
        images,
      };
    });
    return { meanF1: meanOverClasses(perClass.map(({ f1 }) => f1)), perClass };
  }
}

/** Adds an image's; precision and recall are NaN where the prediction and the truth have no boundary. */
function addShares(sums: ClassSums, precision: number, recall: number): void {
  const [isPredicted, isTrue] = [!Number.isNaN(precision), !Number.isNaN(recall)];
  if (!(isPredicted || isTrue)) return;
  sums.images++;
  if (isPredicted) {
    sums.predicted++;
    sums.precision += precision;
  }
  if (isTrue) {
    sums.true++;
    sums.recall += recall;
  }
  const right = !isPredicted && recall > 0 ? 1 : precision; // all that was predicted lies at pixels that do not count
  if (right + recall > 0) sums.f1 += (2 * right * recall) / (right + recall);
}

/** The numbers of a `BoundaryF1` that took in all these images; throws what it throws. */
export function evaluateBoundaryF1(
  images: Iterable<SizedLabelMaps>,
  classes: readonly string[],
  options: BoundaryOptions = {},
): BoundaryMetrics {
  const boundaries = new BoundaryF1(classes, options);
  for (const image of images) boundaries.add(image);
  return boundaries.metrics();
}
