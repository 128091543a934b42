import { AnchorkitError } from "../base/errors.ts";

/** What came of the predictions whose scores lie in `from < score <= to`; the first bin holds score 0 as well. */
export interface ReliabilityBin {
  from: number;
  to: number;
  count: number;
  /** The mean score: the share of hits that the scores promise. NaN in an empty bin. */
  meanScore: number;
  /** The share of hits that came true. NaN in an empty bin. */
  accuracy: number;
}

/**
 * The reliability diagram: predictions sorted by score into `bins` bins of equal width, with the mean score and the
 * share of hits of each. A calibrated model has the two equal: of the predictions with score 0.8, 80 % are right.
 * Scores [n] in 0..1, hits [n] (1 or true: the prediction was right). A score on the border of two bins is in the lower
 * one, as in the paper and in scikit-learn's `calibration_curve`.
 * Throws AnchorkitError for lengths that differ, a score outside 0..1, a hit that is neither 0 nor 1, and a number of
 * bins that is not a positive integer.
 * Reference: C. Guo et al., "On Calibration of Modern Neural Networks", 2017, section 2.
 */
export function reliability(scores: ArrayLike<number>, hits: ArrayLike<number | boolean>, bins = 10): ReliabilityBin[] {
  checkInput(scores, hits, bins);
  const counts = new Float64Array(bins);
  const scoreSums = new Float64Array(bins);
  const hitSums = new Float64Array(bins);
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i] as number;
    const bin = binOf(score, bins);
    counts[bin] = (counts[bin] as number) + 1;
    scoreSums[bin] = (scoreSums[bin] as number) + score;
    hitSums[bin] = (hitSums[bin] as number) + Number(hits[i]);
  }
  return Array.from(counts, (count, bin) => ({
    from: bin / bins,
    to: (bin + 1) / bins,
    count,
    meanScore: (scoreSums[bin] as number) / count,
    accuracy: (hitSums[bin] as number) / count,
  }));
}

/**
 * Expected calibration error: sum of count / n * |accuracy - mean score| over the bins, in 0..1; 0 is calibrated.
 * NaN without any prediction.
 * Reference: M. Pakdaman Naeini et al., "Obtaining Well Calibrated Probabilities Using Bayesian Binning", 2015.
 */
export function expectedCalibrationError(bins: readonly ReliabilityBin[]): number {
  let n = 0;
  let sum = 0;
  for (const { count, meanScore, accuracy } of bins) {
    if (count === 0) continue;
    n += count;
    sum += count * Math.abs(accuracy - meanScore);
  }
  return sum / n;
}

/** The bin whose borders, bin / bins and (bin + 1) / bins as doubles, lie around the score. */
function binOf(score: number, bins: number): number {
  const bin = Math.max(0, Math.ceil(score * bins) - 1);
  // The product may have been rounded over a border, in either direction.
  if (bin > 0 && score <= bin / bins) return bin - 1;
  return score > (bin + 1) / bins ? bin + 1 : bin;
}

function checkInput(scores: ArrayLike<number>, hits: ArrayLike<number | boolean>, bins: number): void {
  if (!Number.isInteger(bins) || bins < 1) {
    throw new AnchorkitError(`reliability: the number of bins must be a positive integer, got ${bins}`);
  }
  if (scores.length !== hits.length) {
    throw new AnchorkitError(
      `reliability: ${scores.length} scores but ${hits.length} hits; give one hit for each score`,
    );
  }
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i] as number;
    const hit = Number(hits[i]);
    if (!(score >= 0 && score <= 1)) {
      throw new AnchorkitError(`reliability: score ${i} must lie in 0..1, got ${score}`);
    }
    if (hit !== 0 && hit !== 1) {
      throw new AnchorkitError(`reliability: hit ${i} must be 0 or 1, true or false, got ${hit}`);
    }
  }
}
