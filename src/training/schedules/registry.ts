import { cosineDecay, cosineRestarts } from "./cosine.ts";
import { constant, exponentialDecay, inverseTimeDecay, piecewiseConstant, polynomialDecay } from "./decays.ts";
import { oneCycle } from "./oneCycle.ts";
import type { RateAt, Schedule } from "./schedule.ts";

interface ScheduleEntry {
  title: string;
  /** What it is made with: rates as shares of the highest one, lengths as shares of the training. */
  settings: Readonly<Record<string, number | boolean | readonly number[]>>;
  /** By progress, as a share of the highest rate. */
  shape: Schedule;
  /** Rises by itself: no warm-up is put before it. */
  rises?: boolean;
}

function entry<Settings extends ScheduleEntry["settings"]>(
  title: string,
  make: (settings: Settings) => Schedule,
  settings: Settings,
): ScheduleEntry {
  return { title, settings, shape: make(settings) };
}

/** Every schedule of a training, by the name that `--schedule` and config.json have for it. */
export const SCHEDULES = {
  cosine: entry("half a cosine, down to a hundredth", cosineDecay, { initialRate: 1, decaySteps: 1, alpha: 0.01 }),
  constant: entry("the same rate throughout", ({ initialRate }) => constant(initialRate), { initialRate: 1 }),
  step: entry("a tenth after each third", exponentialDecay, {
    ...{ initialRate: 1, decaySteps: 1 / 3, decayRate: 0.1, staircase: true },
  }),
  exponential: entry("a steady decay to a hundredth", exponentialDecay, {
    ...{ initialRate: 1, decaySteps: 1, decayRate: 0.01 },
  }),
  polynomial: entry("a straight line to a hundredth", polynomialDecay, {
    ...{ initialRate: 1, decaySteps: 1, endRate: 0.01, power: 1 },
  }),
  piecewise: entry("a tenth after 60%, a hundredth after 85%", piecewiseConstant, {
    ...{ boundaries: [0.6, 0.85], values: [1, 0.1, 0.01] },
  }),
  "inverse-time": entry("1 / (1 + 9 progress), down to a tenth", inverseTimeDecay, {
    ...{ initialRate: 1, decaySteps: 1, decayRate: 9 },
  }),
  restarts: entry("three half cosines, each twice as long as the one before", cosineRestarts, {
    ...{ initialRate: 1, firstDecaySteps: 1 / 7, tMul: 2, mMul: 1, alpha: 0.01 },
  }),
  "one-cycle": {
    ...entry("up in a quarter, then far down", oneCycle, { peakRate: 1, steps: 1, rise: 0.25 }),
    rises: true,
  },
} satisfies Record<string, ScheduleEntry>;

export type ScheduleName = keyof typeof SCHEDULES;

/**
 * The learning rate of a training: after a straight rise in the first steps, the schedule's share of the highest rate by
 * progress, so that a budget in minutes ends where the schedule does, whatever the speed of the machine.
 */
export function scheduledRate(
  name: ScheduleName,
  { peak, warmupSteps }: { peak: number; warmupSteps: number },
): RateAt {
  const { shape, rises = false }: ScheduleEntry = SCHEDULES[name];
  return (step, progress) =>
    !rises && step < warmupSteps
      ? (peak * (step + 1)) / warmupSteps
      : peak * shape(Math.min(Math.max(progress, 0), NEARLY_DONE));
}

/** At 1, restarts would begin once more, and stairs go one lower. */
const NEARLY_DONE = 1 - 1e-9;
