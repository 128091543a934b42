import { AnchorkitError } from "../../base/errors.ts";
import { checkProbabilities } from "./checks.ts";

/**
 * The most probable class of each row of probabilities [n, classCount]; of equal ones the first, as NumPy's argmax.
 * Reads the numbers as they stand: logits do as well.
 * Throws AnchorkitError if the numbers do not divide into rows, and for NaN.
 */
export function predictedClasses(probabilities: ArrayLike<number>, classCount: number): Int32Array {
  const rows = probabilities.length / classCount;
  if (!Number.isInteger(classCount) || classCount < 1 || !Number.isInteger(rows)) {
    throw new AnchorkitError(
      `predictedClasses: ${probabilities.length} probabilities do not divide into rows of ${classCount}`,
    );
  }
  const predictions = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    let best = 0;
    for (let c = 0; c < classCount; c++) {
      const probability = probabilities[row * classCount + c] as number;
      if (Number.isNaN(probability)) {
        throw new AnchorkitError(`predictedClasses: the probability of row ${row}, class ${c} is NaN`);
      }
      if (probability > (probabilities[row * classCount + best] as number)) best = c;
    }
    predictions[row] = best;
  }
  return predictions;
}

/**
 * The share of examples whose true class is among the k most probable. Labels [n], probabilities [n, classCount].
 * Of equally probable classes those of higher index come first: scikit-learn's rule for `top_k_accuracy_score`, the
 * opposite of `predictedClasses`, so that k = 1 differs from the accuracy where the best two classes tie.
 * Throws AnchorkitError for k outside 1..classCount, for lengths, labels and probabilities that cannot be.
 */
export function topKAccuracy(
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  classCount: number,
  k: number,
): number {
  checkProbabilities("topKAccuracy", labels, probabilities, classCount);
  if (!Number.isInteger(k) || k < 1 || k > classCount) {
    throw new AnchorkitError(`topKAccuracy: k must be an integer in 1..${classCount}, the number of classes; got ${k}`);
  }
  let hits = 0;
  for (let row = 0; row < labels.length; row++) {
    if (rankOf(labels[row] as number, probabilities, row * classCount, classCount) < k) hits++;
  }
  return hits / labels.length;
}

/** How many classes come before this one in the row that begins at `start`. */
function rankOf(label: number, probabilities: ArrayLike<number>, start: number, classCount: number): number {
  const own = probabilities[start + label] as number;
  let rank = 0;
  for (let c = 0; c < classCount; c++) {
    const other = probabilities[start + c] as number;
    if (other > own || (other === own && c > label)) rank++;
  }
  return rank;
}
