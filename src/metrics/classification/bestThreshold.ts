import { checkBinaryScores } from "./checks.ts";
import { thresholdCounts } from "./thresholdCounts.ts";

/**
 * The threshold with the highest F1: examples that score this or more are called positive. It lies half-way between the
 * last score that is called positive and the next one, so that it holds for other examples too; of equally good ones it
 * is the one that calls fewer positive. 0.5 where no example is positive.
 *
 * @param positives [n]: 1 or true for an example of the class @param scores [n], any finite numbers
 * @throws AnchorkitError for lengths that differ, no scores, scores that are not finite, labels other than 0 and 1
 */
export function bestThreshold(positives: ArrayLike<number | boolean>, scores: ArrayLike<number>): number {
  checkBinaryScores("bestThreshold", positives, scores);
  const counts = thresholdCounts(positives, scores);
  const total = counts.at(-1)?.truePositives ?? 0;
  if (total === 0) return 0.5;
  let [best, at] = [-1, 0];
  counts.forEach(({ truePositives, falsePositives }, i) => {
    const f1 = (2 * truePositives) / (total + truePositives + falsePositives);
    if (f1 > best) [best, at] = [f1, i];
  });
  const threshold = counts[at]?.threshold ?? 0.5;
  const next = counts[at + 1]?.threshold;
  return next === undefined ? threshold : (threshold + next) / 2;
}
