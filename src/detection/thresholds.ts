import { AnchorkitError } from "../base/errors.ts";
import type { DetectorDescription } from "./fasterRcnn/description.ts";

export type ClassThreshold = NonNullable<DetectorDescription["thresholds"]>[number];

/** The score from which detections are shown unless a model or the user says another. */
export const DEFAULT_SCORE = 0.3;

/** What to do with a model that has no thresholds, of whatever task. */
export const CHOOSE_ONCE =
  "keeps no thresholds; choose them once: detect eval --thresholds choose --split val, with its --weights and --data";

/** What of a detector's description says from which scores its detections count. */
interface Thresholded {
  classes: readonly string[];
  thresholds?: readonly ClassThreshold[] | undefined;
}

/**
 * The scores from which detections count unless another is asked for, in the order of the classes: those that the detector's
 * description holds, and `DEFAULT_SCORE` for a class that has none.
 */
export function countingScores({ classes, thresholds = [] }: Thresholded): number[] {
  const scores = new Map(thresholds.map((one) => [one.class, one.score]));
  return classes.map((name) => scores.get(name) ?? DEFAULT_SCORE);
}

/**
 * `countingScores` of a detector whose description must hold some.
 *
 * @param model what it is called in messages
 * @throws AnchorkitError if there are none at all
 */
export function thresholdsOf(described: Thresholded, model = "this detector"): number[] {
  if ((described.thresholds ?? []).length === 0) throw new AnchorkitError(`${model}: ${CHOOSE_ONCE}`);
  return countingScores(described);
}
