import { AnchorkitError } from "../base/errors.ts";
import { detectionCurves } from "../metrics/detection/curves.ts";
import type { DetectionMatches } from "../metrics/detection/coco/matching.ts";
import type { DetectorDescription } from "./fasterRcnn/description.ts";

export type ClassThreshold = NonNullable<DetectorDescription["thresholds"]>[number];

/** The score from which detections are shown unless a model or the user says another. */
export const DEFAULT_SCORE = 0.3;

/** A class that comes to less at its best score keeps `DEFAULT_SCORE`. */
const LEAST_F1 = 0.1;

/** What to do with a model that has no thresholds, of whatever task. */
export const CHOOSE_ONCE =
  "keeps no thresholds; choose them once: detect eval --thresholds choose --split val, with its --weights and --data";

/**
 * For each class the score from which its detections count so that F1 is highest, at IoU 0.5: `best` of `detectionCurves`.
 * A class without objects, or hardly any of whose objects is found, has none: its best score would be chance.
 */
export function chooseThresholds(matches: DetectionMatches): ClassThreshold[] {
  return detectionCurves(matches).perClass.flatMap(({ name, best: { confidence, f1 } }) =>
    Number.isNaN(confidence) || f1 < LEAST_F1 ? [] : [{ class: name, score: confidence, f1 }],
  );
}

/**
 * The scores that a detector's description holds, in the order of its classes; `DEFAULT_SCORE` for a class that has none.
 *
 * @param model what it is called in messages
 * @throws AnchorkitError if there are none at all
 */
export function thresholdsOf(
  { classes, thresholds = [] }: Pick<DetectorDescription, "classes" | "thresholds">,
  model = "this detector",
): number[] {
  if (thresholds.length === 0) {
    throw new AnchorkitError(`${model}: ${CHOOSE_ONCE}`);
  }
  const scores = new Map(thresholds.map((one) => [one.class, one.score]));
  return classes.map((name) => scores.get(name) ?? DEFAULT_SCORE);
}
