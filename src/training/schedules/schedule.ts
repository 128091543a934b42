/**
 * A learning rate by position: a pure function. The position and the lengths that a schedule is made with are in one
 * unit, whatever it is: steps or epochs from 0 (`decaySteps: 1000`), or the share of the training that is done, 0 to 1
 * (`decaySteps: 1` for all of it), where a budget in minutes leaves the number of steps open.
 */
export type Schedule = (position: number) => number;

/**
 * A learning rate by both: what goes by steps (warm-up) and what goes by the share of the training that is done.
 *
 * @param step steps done, from 0
 * @param progress 0 at the start, 1 at the end
 */
export type RateAt = (step: number, progress: number) => number;
