import { AnchorkitError } from "../../base/errors.ts";

/** How far a row of probabilities may sum from 1: rounded and half-precision softmax outputs pass, logits do not. */
const SUM_TOLERANCE = 0.01;

/** Throws AnchorkitError unless there is at least one label and each is an integer in 0..classCount - 1. */
export function checkClassIndices(
  where: string,
  what: "label" | "prediction",
  indices: ArrayLike<number>,
  classCount: number,
): void {
  if (!Number.isInteger(classCount) || classCount < 1) {
    throw new AnchorkitError(`${where}: the number of classes must be a positive integer, got ${classCount}`);
  }
  if (indices.length === 0) throw new AnchorkitError(`${where}: no ${what}s; give at least one`);
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i] as number;
    if (!Number.isInteger(index) || index < 0 || index >= classCount) {
      throw new AnchorkitError(`${where}: ${what} ${i} must be a class index in 0..${classCount - 1}, got ${index}`);
    }
  }
}

/**
 * Throws AnchorkitError unless the labels [n] are class indices and the probabilities [n, classCount] are rows of numbers
 * in 0..1 that sum to 1.
 */
export function checkProbabilities(
  where: string,
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  classCount: number,
): void {
  checkClassIndices(where, "label", labels, classCount);
  if (probabilities.length !== labels.length * classCount) {
    throw new AnchorkitError(
      `${where}: ${labels.length} labels and ${classCount} classes need ${labels.length * classCount} probabilities ` +
        `(a row of ${classCount} for each label), got ${probabilities.length}`,
    );
  }
  for (let row = 0; row < labels.length; row++) {
    let sum = 0;
    for (let c = 0; c < classCount; c++) {
      const probability = probabilities[row * classCount + c] as number;
      if (!(probability >= 0 && probability <= 1)) {
        throw new AnchorkitError(
          `${where}: the probability of row ${row}, class ${c} must lie in 0..1, got ${probability}${adviceFor(probability)}`,
        );
      }
      sum += probability;
    }
    if (Math.abs(sum - 1) > SUM_TOLERANCE) {
      throw new AnchorkitError(
        `${where}: the probabilities of row ${row} must sum to 1, got ${sum}; divide each row by its sum, or use softmax`,
      );
    }
  }
}

/** Throws AnchorkitError unless each of at least one finite score [n] has a 0 or 1 (false or true) in positives [n]. */
export function checkBinaryScores(
  where: string,
  positives: ArrayLike<number | boolean>,
  scores: ArrayLike<number>,
): void {
  if (scores.length !== positives.length) {
    throw new AnchorkitError(
      `${where}: ${positives.length} labels but ${scores.length} scores; give one for each label`,
    );
  }
  if (scores.length === 0) throw new AnchorkitError(`${where}: no scores; give at least one`);
  for (let i = 0; i < scores.length; i++) {
    const positive = Number(positives[i]);
    if (positive !== 0 && positive !== 1) {
      throw new AnchorkitError(`${where}: label ${i} must be 0 or 1, false or true, got ${positive}`);
    }
    if (!Number.isFinite(scores[i])) {
      throw new AnchorkitError(`${where}: score ${i} must be a finite number, got ${scores[i] as number}`);
    }
  }
}

/** Throws AnchorkitError unless the matrix is square, of finite counts >= 0, at least one of them above 0. */
export function checkConfusion(where: string, confusion: readonly (readonly number[])[]): void {
  let total = 0;
  confusion.forEach((row, truth) => {
    if (row.length !== confusion.length) {
      throw new AnchorkitError(
        `${where}: the confusion matrix must be square, but row ${truth} of ${confusion.length} has ${row.length} columns`,
      );
    }
    row.forEach((count, prediction) => {
      if (!Number.isFinite(count) || count < 0) {
        throw new AnchorkitError(
          `${where}: the confusion matrix must hold counts, got ${count} in row ${truth}, column ${prediction}`,
        );
      }
      total += count;
    });
  });
  if (total === 0) throw new AnchorkitError(`${where}: the confusion matrix is empty; count at least one example`);
}

function adviceFor(probability: number): string {
  return Number.isFinite(probability) ? "; are these logits? Give their softmax" : "";
}
