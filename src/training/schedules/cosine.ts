import { UsageError } from "../../base/errors.ts";
import type { Schedule } from "./schedule.ts";

export interface CosineOptions {
  /** The rate that warm-up begins at; without warm-up, that of the whole. */
  initialRate: number;
  /** The length of the decay, after warm-up. */
  decaySteps: number;
  /** The share of the highest rate that remains at the end. */
  alpha?: number;
  /** With `warmupSteps`: the rate rises straight to this one first. */
  warmupTarget?: number;
  warmupSteps?: number;
}

/** Half a cosine down to `alpha` of the highest rate (Loshchilov and Hutter, "SGDR", 2017), as Keras's CosineDecay. */
export function cosineDecay({
  initialRate,
  decaySteps,
  alpha = 0,
  warmupTarget,
  warmupSteps = 0,
}: CosineOptions): Schedule {
  const top = warmupTarget ?? initialRate;
  const warmup = warmupTarget === undefined ? 0 : warmupSteps;
  return (position) => {
    if (position < warmup) return initialRate + ((top - initialRate) * position) / warmup;
    return top * (alpha + (1 - alpha) * halfCosine((position - warmup) / decaySteps));
  };
}

export interface RestartOptions {
  initialRate: number;
  /** The length of the first cycle. */
  firstDecaySteps: number;
  /** How much longer each cycle is than the one before. */
  tMul?: number;
  /** The highest rate of each cycle as a share of that of the one before. */
  mMul?: number;
  /** The share of the initial rate that remains at the end of a cycle. */
  alpha?: number;
}

/**
 * Half cosines one after the other (Loshchilov and Hutter, "SGDR", 2017), as Keras's CosineDecayRestarts.
 *
 * @throws UsageError for a first cycle without a length, or cycles that become shorter: they would have an end
 */
export function cosineRestarts({
  initialRate,
  firstDecaySteps,
  tMul = 2,
  mMul = 1,
  alpha = 0,
}: RestartOptions): Schedule {
  if (!(firstDecaySteps > 0))
    throw new UsageError(`cosineRestarts: firstDecaySteps: ${firstDecaySteps} is not above 0`);
  if (!(tMul >= 1))
    throw new UsageError(`cosineRestarts: tMul: ${tMul} is under 1, so that the cycles would have an end`);
  return (position) => {
    let [start, length, height] = [0, firstDecaySteps, 1];
    while (position >= start + length) [start, length, height] = [start + length, length * tMul, height * mMul];
    return initialRate * (alpha + (1 - alpha) * height * halfCosine((position - start) / length));
  };
}

/** 1 at 0, 0 at 1 and after it. */
export function halfCosine(share: number): number {
  return (1 + Math.cos(Math.PI * Math.min(Math.max(share, 0), 1))) / 2;
}
