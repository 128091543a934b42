/** What is called positive at each distinct score taken as the threshold, from the highest to the lowest. */
export interface ThresholdCount {
  /** Examples that score this or more are called positive. */
  threshold: number;
  truePositives: number;
  falsePositives: number;
}

/**
 * Counts true and false positives at each distinct score of scores [n], where positives [n] tells what is true.
 * Examples that tie are called positive together, so there is one entry for all of them. n log n: both groups are
 * sorted natively, then merged from the top.
 */
export function thresholdCounts(positives: ArrayLike<number | boolean>, scores: ArrayLike<number>): ThresholdCount[] {
  const ofPositives = sortedScores(positives, scores, true);
  const ofNegatives = sortedScores(positives, scores, false);
  const counts: ThresholdCount[] = [];
  let p = ofPositives.length; // scores from here on are called positive
  let n = ofNegatives.length;
  while (p > 0 || n > 0) {
    const threshold = Math.max(ofPositives[p - 1] ?? -Infinity, ofNegatives[n - 1] ?? -Infinity);
    while (p > 0 && ofPositives[p - 1] === threshold) p--;
    while (n > 0 && ofNegatives[n - 1] === threshold) n--;
    counts.push({ threshold, truePositives: ofPositives.length - p, falsePositives: ofNegatives.length - n });
  }
  return counts;
}

/** The scores of the positives (or of the negatives), in rising order. */
function sortedScores(
  positives: ArrayLike<number | boolean>,
  scores: ArrayLike<number>,
  wanted: boolean,
): Float64Array {
  let length = 0;
  for (let i = 0; i < scores.length; i++) if (Boolean(positives[i]) === wanted) length++;
  const chosen = new Float64Array(length);
  let next = 0;
  for (let i = 0; i < scores.length; i++) if (Boolean(positives[i]) === wanted) chosen[next++] = scores[i] as number;
  return chosen.sort();
}
