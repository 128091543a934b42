import { AnchorkitError } from "../../base/errors.ts";

/** The true and the predicted class of each pixel of an image, [height * width], row by row. Arrays of any kind will do. */
export interface LabelMaps {
  truth: ArrayLike<number>;
  /** Not looked at where the truth is `ignoreLabel`. */
  prediction: ArrayLike<number>;
}

export interface LabelOptions {
  /**
   * What the truth has for pixels that do not count (often 255). If it is the index of a class (often 0, the
   * background), that class has no numbers, and predicting it at a pixel that counts is a miss of the true class.
   */
  ignoreLabel?: number;
}

/**
 * Throws AnchorkitError, naming image and pixel by their indices, for maps of different lengths, and for labels that are
 * not the index of a class.
 */
export function checkLabelMaps(
  { truth, prediction }: LabelMaps,
  index: number,
  classCount: number,
  { ignoreLabel }: LabelOptions,
): void {
  if (truth.length !== prediction.length) {
    throw new AnchorkitError(
      `image ${index}: truth has ${truth.length} pixels and prediction ${prediction.length}; ` +
        "resize the prediction to the truth's size (nearest neighbour)",
    );
  }
  for (let i = 0; i < truth.length; i++) {
    const label = truth[i] as number;
    if (label === ignoreLabel) continue;
    if (!isIndex(label, classCount)) {
      throw new AnchorkitError(
        `image ${index}: truth: pixel ${i}: label must be an index below ${classCount}, got ${label}; ` +
          "if it marks pixels that do not count, give it as ignoreLabel",
      );
    }
    const predicted = prediction[i] as number;
    if (!isIndex(predicted, classCount)) {
      throw new AnchorkitError(
        `image ${index}: prediction: pixel ${i}: label must be an index below ${classCount}, got ${predicted}; ` +
          "a prediction needs a class at every pixel that counts",
      );
    }
  }
}

/** Throws AnchorkitError for a label that no pixel can have. */
export function checkIgnoreLabel({ ignoreLabel }: LabelOptions): void {
  if (ignoreLabel !== undefined && !Number.isInteger(ignoreLabel)) {
    throw new AnchorkitError(`ignoreLabel must be an integer, got ${ignoreLabel}`);
  }
}

/** Also false for NaN, fractions and negative numbers. */
function isIndex(label: number, count: number): boolean {
  return label >>> 0 === label && label < count;
}
