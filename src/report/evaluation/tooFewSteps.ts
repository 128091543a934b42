import { countOf } from "../../base/words.ts";
import type { TrainingRecord } from "../page/trainingFigure.ts";

/** A training that was too short for its numbers to say anything about the model. */
export interface ShortTraining {
  steps: number;
  epochs: number;
}

/**
 * After fewer steps than this a detector may not have begun to find anything. The weights that are measured are a moving
 * average over some 200 steps (0.995 is kept of it at each), so that 1,000 steps are five times its memory; and data that
 * is learned in minutes has shown its worth well before (BCCD: AP50 0.86 after some 350 steps, see bench/).
 */
const ENOUGH_STEPS = 1000;
/** Below this AP, boxes are as good as random. */
const NOTHING_YET = 0.05;
/** Below this AP, a score that was still rising at the end says that training was broken off, and no more. */
const STILL_RISING = 0.15;

/**
 * Whether there is nothing to judge yet: fewer than 1,000 steps, and an AP under 0.05, or under 0.15 where the last
 * validation was the best. Error types of such a model are those of chance, and say nothing of data or settings. A short
 * training that has learned (from given weights, or on easy data) is judged as any other.
 *
 * @param AP what was measured of the weights
 * @param training one entry a validation; without any, or without steps (runs of old), the answer is undefined
 */
export function tooFewSteps(AP: number, training: readonly TrainingRecord[] = []): ShortTraining | undefined {
  const last = training.at(-1);
  if (last?.step === undefined || last.step >= ENOUGH_STEPS) return undefined;
  const rising = training.length > 1 && last.best;
  const short = AP < NOTHING_YET || (rising && AP < STILL_RISING);
  return short ? { steps: last.step, epochs: last.epoch } : undefined;
}

/** "too few steps to judge: the model saw 45 steps (2.1 epochs)" */
export function tooFewStepsText({ steps, epochs }: ShortTraining): string {
  return `too few steps to judge: the model saw ${countOf(steps, "step")} (${epochs.toFixed(1)} epochs)`;
}

/** What to make of it: the line after the one above. */
export const TRAIN_LONGER =
  "An AP near 0 is normal that early and says nothing about the data or the model. A detector trained from scratch " +
  "usually needs 1,000 to 5,000 steps: train for more minutes or epochs, or on a faster machine.";
