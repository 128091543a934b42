import { reliability, type ReliabilityBin } from "../calibration.ts";
import { checkProbabilities } from "./checks.ts";
import { predictedClasses } from "./topClasses.ts";

/**
 * The reliability diagram of a classifier's confidence: score = probability of the class it predicts, hit = that class is
 * the true one. `expectedCalibrationError` of the bins is its ECE. Labels [n], probabilities [n, classCount].
 * Throws AnchorkitError for lengths, labels and probabilities that cannot be, or a number of bins below 1.
 * Reference: C. Guo et al., "On Calibration of Modern Neural Networks", 2017.
 */
export function confidenceReliability(
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  classCount: number,
  bins = 10,
): ReliabilityBin[] {
  checkProbabilities("confidenceReliability", labels, probabilities, classCount);
  const predictions = predictedClasses(probabilities, classCount);
  const confidences = Array.from(predictions, (k, i) => probabilities[i * classCount + k] as number);
  const hits = Array.from(predictions, (k, i) => k === labels[i]);
  return reliability(confidences, hits, bins);
}
