import { UsageError } from "../../base/errors.ts";
import type { Schedule } from "./schedule.ts";

/** The same rate throughout. */
export function constant(rate: number): Schedule {
  return () => rate;
}

export interface DecayOptions {
  initialRate: number;
  /** The length over which the rate decays by `decayRate`, in the unit of the position. */
  decaySteps: number;
  decayRate: number;
  /** Decays at the end of each length alone, in stairs. */
  staircase?: boolean;
}

/** initialRate * decayRate ^ (position / decaySteps), as Keras's ExponentialDecay; with `staircase`, a step decay. */
export function exponentialDecay({ initialRate, decaySteps, decayRate, staircase = false }: DecayOptions): Schedule {
  return (position) => initialRate * decayRate ** lengths(position, decaySteps, staircase);
}

/** initialRate / (1 + decayRate * position / decaySteps), as Keras's InverseTimeDecay. */
export function inverseTimeDecay({ initialRate, decaySteps, decayRate, staircase = false }: DecayOptions): Schedule {
  return (position) => initialRate / (1 + decayRate * lengths(position, decaySteps, staircase));
}

export interface PolynomialOptions {
  initialRate: number;
  decaySteps: number;
  endRate?: number;
  power?: number;
  /** Begins again from a rate in between after each length, which then is longer, in place of staying at the end. */
  cycle?: boolean;
}

/** From the initial rate to the last one over `decaySteps`, as Keras's PolynomialDecay: straight with power 1. */
export function polynomialDecay({
  initialRate,
  decaySteps,
  endRate = 0.0001,
  power = 1,
  cycle = false,
}: PolynomialOptions): Schedule {
  return (position) => {
    const length = cycle ? decaySteps * Math.max(1, Math.ceil(position / decaySteps)) : decaySteps;
    const done = Math.min(position, length) / length;
    return (initialRate - endRate) * (1 - done) ** power + endRate;
  };
}

/**
 * Rates that hold up to and including each boundary, and the last one after them, as Keras's PiecewiseConstantDecay.
 *
 * @throws UsageError unless there is one rate more than there are boundaries, and these rise
 */
export function piecewiseConstant({
  boundaries,
  values,
}: {
  boundaries: readonly number[];
  values: readonly number[];
}): Schedule {
  if (values.length !== boundaries.length + 1) {
    throw new UsageError(
      `piecewiseConstant: ${boundaries.length} boundaries need ${boundaries.length + 1} values, got ${values.length}`,
    );
  }
  const falling = boundaries.find((boundary, i) => i > 0 && boundary <= (boundaries[i - 1] ?? NaN));
  if (falling !== undefined)
    throw new UsageError(`piecewiseConstant: the boundary ${falling} is not above the one before`);
  return (position) => {
    const next = boundaries.findIndex((boundary) => position <= boundary);
    return values[next === -1 ? boundaries.length : next] ?? NaN;
  };
}

/** How many lengths have passed; whole ones alone with a staircase. */
function lengths(position: number, length: number, staircase: boolean): number {
  // 0.3 / 0.1 is a little under 3
  return staircase ? Math.floor(position / length + 1e-12) : position / length;
}
