import { mean } from "../../../base/statistics.ts";
import { FALSE_POSITIVE, TRUE_POSITIVE } from "./matching.ts";

/** The recalls 0, 0.01 ... 1 at which COCO reads off precision (multiples of 0.01 in doubles, as NumPy's linspace has them). */
export const RECALL_POINTS: readonly number[] = Array.from({ length: 101 }, (_, i) => i * 0.01);

/**
 * COCO's average precision: the mean over 101 recalls of the highest precision at that recall or a higher one, 0 where it
 * is never reached. `outcomes` are best score first (see `ClassMatches`), `positives` is the number of objects to find.
 * NaN without any.
 */
export function averagePrecision(outcomes: Uint8Array, positives: number): number {
  return mean(precisionAtRecalls(outcomes, positives));
}

/** [101] the precisions of which average precision is the mean, at the recalls of `RECALL_POINTS`; NaN without positives. */
export function precisionAtRecalls(outcomes: Uint8Array, positives: number): number[] {
  if (positives === 0) return RECALL_POINTS.map(() => NaN);
  const precisions = precisionAtEachFind(outcomes);
  for (let i = precisions.length - 2; i >= 0; i--) {
    precisions[i] = Math.max(precisions[i] as number, precisions[i + 1] as number);
  }
  let found = 1;
  return RECALL_POINTS.map((recall) => {
    while (found <= precisions.length && found / positives < recall) found++;
    return precisions[found - 1] ?? 0;
  });
}

/** The share of objects found by the `perImage` best detections of each image; NaN without any object. */
export function recall(outcomes: Uint8Array, ranks: Int32Array, perImage: number, positives: number): number {
  let found = 0;
  for (let i = 0; i < outcomes.length; i++) {
    if (outcomes[i] === TRUE_POSITIVE && (ranks[i] as number) < perImage) found++;
  }
  return found / positives;
}

/** Precision of all detections down to the first true positive, to the second, and so on. */
function precisionAtEachFind(outcomes: Uint8Array): number[] {
  const precisions: number[] = [];
  let falsePositives = 0;
  for (const outcome of outcomes) {
    if (outcome === FALSE_POSITIVE) falsePositives++;
    if (outcome !== TRUE_POSITIVE) continue;
    const found = precisions.length + 1;
    precisions.push(found / (falsePositives + found + Number.EPSILON));
  }
  return precisions;
}
