import { AnchorkitError } from "../../../base/errors.ts";
import { type DetectionMatches, IGNORED } from "./matching.ts";

/** The detections that count, best score first, and what became of them at one IoU threshold. */
export interface RankedDetections {
  /** [n] descending. */
  scores: Float64Array;
  /** [n] TRUE_POSITIVE or FALSE_POSITIVE. */
  outcomes: Uint8Array;
  /** How many objects there were to find. */
  positives: number;
}

/**
 * The place of an IoU threshold among those that were matched; 0.9 finds COCO's 0.8999999999999999.
 * Throws AnchorkitError if it is not there.
 */
export function iouIndexOf({ iouThresholds }: DetectionMatches, iouThreshold: number): number {
  const index = iouThresholds.findIndex((threshold) => Math.abs(threshold - iouThreshold) < 1e-9);
  if (index !== -1) return index;
  throw new AnchorkitError(
    `nothing was matched at IoU ${iouThreshold}, only at ${iouThresholds.join(", ")}; name it among the iouThresholds of the matching`,
  );
}

/** The detections of each class in the first slice that was matched. */
export function rankedByClass(matches: DetectionMatches, iouThreshold: number): RankedDetections[] {
  const iouIndex = iouIndexOf(matches, iouThreshold);
  return matches.perClass.map(({ detections, rows, outcomes: [slice = []], positives: [positives = 0] }) => {
    const all = slice[iouIndex] ?? new Uint8Array();
    const scores = new Float64Array(rows.length);
    const outcomes = new Uint8Array(rows.length);
    let count = 0;
    for (let place = 0; place < rows.length; place++) {
      if (all[place] === IGNORED) continue;
      scores[count] = detections.scores[rows[place] as number] as number;
      outcomes[count++] = all[place] as number;
    }
    return { scores: scores.subarray(0, count), outcomes: outcomes.subarray(0, count), positives };
  });
}

/** The detections of all classes in one order; equal scores in the order of classes. */
export function poolClasses(perClass: readonly RankedDetections[]): RankedDetections {
  let lists = [...perClass];
  while (lists.length > 1) {
    const merged: RankedDetections[] = [];
    for (let i = 0; i < lists.length; i += 2) {
      const [a, b] = lists.slice(i, i + 2) as [RankedDetections, RankedDetections?];
      merged.push(b === undefined ? a : merge(a, b));
    }
    lists = merged;
  }
  return lists[0] ?? { scores: new Float64Array(), outcomes: new Uint8Array(), positives: 0 };
}

function merge(a: RankedDetections, b: RankedDetections): RankedDetections {
  const count = a.scores.length + b.scores.length;
  const scores = new Float64Array(count);
  const outcomes = new Uint8Array(count);
  let i = 0;
  let j = 0;
  for (let place = 0; place < count; place++) {
    if (j === b.scores.length || (a.scores[i] as number) >= (b.scores[j] as number)) {
      scores[place] = a.scores[i] as number;
      outcomes[place] = a.outcomes[i++] as number;
    } else {
      scores[place] = b.scores[j] as number;
      outcomes[place] = b.outcomes[j++] as number;
    }
  }
  return { scores, outcomes, positives: a.positives + b.positives };
}
