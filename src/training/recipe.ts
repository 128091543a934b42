import { defined } from "../base/defined.ts";
import { UsageError } from "../base/errors.ts";
import { checkTuning, type OptimizerName, OPTIMIZERS, type Tuning } from "./optimizers/registry.ts";
import { scheduledRate, SCHEDULES, type ScheduleName } from "./schedules/registry.ts";
import type { RateAt } from "./schedules/schedule.ts";

/** How a network is trained: what does not depend on its task, and what tasks set otherwise than the default. */
export interface Recipe {
  optimizer: OptimizerName;
  /** What the optimizer is told otherwise than in `OPTIMIZERS`. */
  tuning: Tuning;
  /** The highest learning rate; that of the optimizer unless told. */
  peakRate: number;
  /** How the learning rate goes: a name, or a function that gives the rate itself. */
  schedule: ScheduleName | RateAt;
  /** Updates in which the learning rate rises to its highest. */
  warmupSteps: number;
  /** Largest norm of all gradients together. */
  clipNorm: number;
  /** So many steps' gradients are averaged for one update of the weights: as a batch so many times as large. */
  accumulate: number;
  /** `false` for weights as they are, as small data sets and short trainings may want them. */
  average: AverageRecipe | false;
  phases: readonly Phase[];
}

/** The averaged weights are brought up to date every few updates; of them, the share `keep` is kept at each update. */
export interface AverageRecipe {
  every: number;
  keep: number;
  /**
   * Measures the weights themselves, too, and keeps the better of the two as the best: worth it where a validation costs
   * little beside the training (twice as much, then).
   */
  compare?: boolean;
}

/** A part of the training. What a step does differs between phases: each phase's step is compiled of its own. */
export interface Phase {
  name: string;
  /** Share of the training, 0 to 1, after which it begins. */
  from: number;
  /** What batch normalisation uses: the statistics of the batch, or fixed ones. */
  statistics: "batch" | "moving";
  /** Before it begins, fixed statistics are set to the mean over so many batches. */
  calibrate?: number;
  /** Which weights learn, by name; all that can unless told. */
  trains?: (weight: string) => boolean;
  /** The learning rate of each weight, by name, as a multiple of the training's; 0 for one that does not learn. */
  rates?: (weight: string) => number;
  /** Multiplies the learning rate of all weights while the phase lasts. */
  rate?: number;
}

/** The learning rate of a weight in a phase, as a multiple of the training's: 0 where it does not learn. */
export function rateIn({ trains, rates, rate = 1 }: Phase, weight: string): number {
  return (trains?.(weight) ?? true) ? rate * (rates?.(weight) ?? 1) : 0;
}

/**
 * Small batches' statistics differ from those of the data, so that normalisation is frozen half-way, at statistics
 * averaged over many batches.
 */
export const FROM_SCRATCH: readonly Phase[] = [
  { name: "batch", from: 0, statistics: "batch" },
  { name: "frozen", from: 0.5, statistics: "moving", calibrate: 40 },
];

/** Published weights come with their statistics. */
export const FROM_WEIGHTS: readonly Phase[] = [{ name: "frozen", from: 0, statistics: "moving" }];

/**
 * The recipe, with what is not said filled in.
 *
 * @throws UsageError for tuning that the optimizer does not take
 */
export function completeRecipe(recipe: Partial<Recipe> = {}): Recipe {
  const { optimizer = "adamw", tuning = {}, accumulate = 1 } = recipe;
  checkTuning(optimizer, tuning);
  if (!Number.isInteger(accumulate) || accumulate < 1) {
    throw new UsageError(`accumulate: ${accumulate} is not a whole number of steps of at least 1`);
  }
  return {
    tuning,
    peakRate: OPTIMIZERS[optimizer].peakRate,
    schedule: "cosine",
    warmupSteps: 30,
    clipNorm: 5,
    accumulate,
    average: { every: 5, keep: 0.995 },
    phases: FROM_SCRATCH,
    ...recipe,
    optimizer,
  };
}

/** What people choose of a recipe, by the names that the command line and config.json have for it. */
export interface RecipeOptions extends Tuning {
  optimizer?: OptimizerName;
  /** Peak learning rate; the default is the optimizer's own. */
  lr?: number;
  schedule?: ScheduleName;
  /** Largest norm of all gradients together. */
  clipNorm?: number;
  /** Steps whose gradients make one update. */
  accumulate?: number;
}

/** As much of a recipe as is chosen. */
export function chosenRecipe(options: RecipeOptions): Partial<Recipe> {
  const { optimizer, lr, schedule, clipNorm, accumulate, momentum, beta1, beta2, weightDecay } = options;
  const tuning = defined({ momentum, beta1, beta2, weightDecay });
  return {
    ...defined({ optimizer, peakRate: lr, schedule, clipNorm, accumulate }),
    ...(Object.keys(tuning).length > 0 && { tuning }),
  };
}

/** What a recipe came to, for config.json. */
export function recipeRecord(recipe: Recipe) {
  const { phases, schedule, ...numbers } = recipe;
  const named = typeof schedule === "string" ? { name: schedule, ...SCHEDULES[schedule].settings } : { name: "own" };
  return { ...numbers, schedule: named, phases: phases.map(({ name, from }) => ({ name, from })) };
}

/** The learning rate of a training by steps done, of which `accumulate` make an update, and progress. */
export function rateOf({ schedule, peakRate: peak, warmupSteps, accumulate }: Recipe): RateAt {
  const rate = typeof schedule === "function" ? schedule : scheduledRate(schedule, { peak, warmupSteps });
  return (step, progress) => rate(Math.floor(step / accumulate), progress);
}

/** The phase that a training is in: the last one that has begun, and never one before `current`. */
export function phaseAt(phases: readonly Phase[], progress: number, current?: string): Phase {
  const reached = phases.findLastIndex(({ from }) => progress >= from);
  const held = phases.findIndex(({ name }) => name === current);
  const phase = phases[Math.max(reached, held, 0)];
  if (!phase) throw new Error("a recipe needs a phase");
  return phase;
}
