import { detectionCurves } from "../metrics/detection/curves.ts";
import type { DetectionMatches } from "../metrics/detection/coco/matching.ts";
import type { ClassThreshold } from "./thresholds.ts";

/** A class that comes to less at its best score keeps `DEFAULT_SCORE`. */
const LEAST_F1 = 0.1;

/**
 * For each class the score from which its detections count so that F1 is highest, at IoU 0.5: `best` of `detectionCurves`.
 * A class without objects, or hardly any of whose objects is found, has none: its best score would be chance.
 */
export function chooseThresholds(matches: DetectionMatches): ClassThreshold[] {
  return detectionCurves(matches).perClass.flatMap(({ name, best: { confidence, f1 } }) =>
    Number.isNaN(confidence) || f1 < LEAST_F1 ? [] : [{ class: name, score: confidence, f1 }],
  );
}
