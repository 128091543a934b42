import { averagePrecision, RECALL_POINTS } from "../coco/averagePrecision.ts";
import { FALSE_POSITIVE, TRUE_POSITIVE } from "../coco/matching.ts";
import type { ClassOutcomes } from "./tideFixes.ts";

/**
 * [m] for each false positive the average precision gained if it alone were left out; 0 for all else.
 *
 * That depends only on how many finds are above it: the precision at each find below has one detection less to bear, the
 * precision at those above stays. So it is computed once for each such number, for all recall points.
 */
export function falsePositiveCosts({ outcomes, positives }: ClassOutcomes): Float64Array {
  const costs = new Float64Array(outcomes.length);
  if (positives === 0) return costs;
  const { asIs, less } = precisionAtEachFind(outcomes);
  const bestBelow = highestFromHere(less); // [finds + 1]
  const bestAsIs = highestFromHere(asIs);
  const needed = findsNeeded(positives); // [101]
  const bestAbove = new Float64Array(needed.length); // highest precision from the find that a recall needs to the last one above
  let finds = 0;
  let cost = NaN;
  outcomes.forEach((outcome, place) => {
    if (outcome === TRUE_POSITIVE) {
      finds++;
      cost = NaN;
      needed.forEach((count, point) => {
        if (count <= finds) bestAbove[point] = Math.max(bestAbove[point] as number, asIs[finds - 1] as number);
      });
    } else if (outcome === FALSE_POSITIVE) {
      if (Number.isNaN(cost)) cost = gain(needed, finds, bestAbove, bestBelow, bestAsIs);
      costs[place] = cost;
    }
  });
  return costs;
}

/** The average precision gained if one more object were found, by a detection surer than all others. */
export function missCost({ outcomes, positives }: ClassOutcomes): number {
  const withIt = new Uint8Array(outcomes.length + 1);
  withIt[0] = TRUE_POSITIVE;
  withIt.set(outcomes, 1);
  return averagePrecision(withIt, positives) - averagePrecision(outcomes, positives);
}

function gain(
  needed: Int32Array,
  finds: number,
  bestAbove: Float64Array,
  bestBelow: Float64Array,
  bestAsIs: Float64Array,
): number {
  const below = bestBelow[finds] as number;
  let sum = 0;
  needed.forEach((count, point) => {
    if (count >= bestAsIs.length) return;
    const better = count > finds ? (bestBelow[count - 1] as number) : Math.max(bestAbove[point] as number, below);
    sum += better - (bestAsIs[count - 1] as number);
  });
  return sum / needed.length;
}

/** Precision of all detections down to each find: as they are, and with one false positive less. */
function precisionAtEachFind(outcomes: Uint8Array): { asIs: number[]; less: number[] } {
  const asIs: number[] = [];
  const less: number[] = [];
  let falsePositives = 0;
  for (const outcome of outcomes) {
    if (outcome === FALSE_POSITIVE) falsePositives++;
    if (outcome !== TRUE_POSITIVE) continue;
    const finds = asIs.length + 1;
    asIs.push(finds / (falsePositives + finds + Number.EPSILON));
    less.push(finds / (Math.max(falsePositives - 1, 0) + finds + Number.EPSILON));
  }
  return { asIs, less };
}

/** [n + 1] the highest of the values from each on; 0 at the end. */
function highestFromHere(values: readonly number[]): Float64Array {
  const highest = new Float64Array(values.length + 1);
  for (let i = values.length - 1; i >= 0; i--) highest[i] = Math.max(values[i] as number, highest[i + 1] as number);
  return highest;
}

/** [101] how many finds each recall point needs. */
function findsNeeded(positives: number): Int32Array {
  let count = 1;
  return Int32Array.from(RECALL_POINTS, (recall) => {
    while (count / positives < recall) count++;
    return count;
  });
}
