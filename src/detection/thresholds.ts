import { AnchorkitError } from "../base/errors.ts";
import type { DetectorDescription } from "./fasterRcnn/description.ts";

export type ClassThreshold = NonNullable<DetectorDescription["thresholds"]>[number];

/** The score from which detections are shown unless a model or the user says another. */
export const DEFAULT_SCORE = 0.3;

/** What to do with a model that has no thresholds, of whatever task. */
export const CHOOSE_ONCE =
  "keeps no thresholds; choose them once: detect eval --thresholds choose --split val, with its --weights and --data";

/**
 * The scores that a detector's description holds, in the order of its classes; `DEFAULT_SCORE` for a class that has none.
 *
 * @param model what it is called in messages
 * @throws AnchorkitError if there are none at all
 */
export function thresholdsOf(
  { classes, thresholds = [] }: { classes: readonly string[]; thresholds?: readonly ClassThreshold[] | undefined },
  model = "this detector",
): number[] {
  if (thresholds.length === 0) {
    throw new AnchorkitError(`${model}: ${CHOOSE_ONCE}`);
  }
  const scores = new Map(thresholds.map((one) => [one.class, one.score]));
  return classes.map((name) => scores.get(name) ?? DEFAULT_SCORE);
}
