import { checkProbabilities } from "./checks.ts";

const FLOAT32_EPSILON = 2 ** -23;

/**
 * Log loss (cross-entropy): the mean of -ln(probability of the true class), in nats. Labels [n], probabilities
 * [n, classCount]. A probability below the smallest step of its type, 2^-52 for doubles and 2^-23 for a Float32Array,
 * counts as that, and one above 1 minus the step as this: scikit-learn's rule, without which one zero makes the mean
 * infinite.
 * Throws AnchorkitError for lengths, labels and probabilities that cannot be.
 */
export function logLoss(labels: ArrayLike<number>, probabilities: ArrayLike<number>, classCount: number): number {
  checkProbabilities("logLoss", labels, probabilities, classCount);
  const epsilon = probabilities instanceof Float32Array ? FLOAT32_EPSILON : Number.EPSILON;
  let sum = 0;
  for (let i = 0; i < labels.length; i++) {
    const probability = probabilities[i * classCount + (labels[i] as number)] as number;
    sum -= Math.log(Math.min(Math.max(probability, epsilon), 1 - epsilon));
  }
  return sum / labels.length;
}

/**
 * Brier score: the mean of the squared distance between the row of probabilities and the truth (1 for the true class,
 * 0 for the others), in 0..2. With two classes half of that, in 0..1: the mean of (p - y)^2 for the probability p of
 * either class, the score as it is known for yes and no (both as in scikit-learn). Labels [n], probabilities
 * [n, classCount].
 * Throws AnchorkitError for lengths, labels and probabilities that cannot be.
 * Reference: G. W. Brier, "Verification of forecasts expressed in terms of probability", 1950.
 */
export function brierScore(labels: ArrayLike<number>, probabilities: ArrayLike<number>, classCount: number): number {
  checkProbabilities("brierScore", labels, probabilities, classCount);
  let sum = 0;
  for (let i = 0; i < labels.length; i++) {
    for (let c = 0; c < classCount; c++) {
      sum += ((probabilities[i * classCount + c] as number) - (labels[i] === c ? 1 : 0)) ** 2;
    }
  }
  return sum / labels.length / (classCount > 2 ? 1 : 2);
}
