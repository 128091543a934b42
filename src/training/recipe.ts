import { type OptimizerName, OPTIMIZERS } from "./optimizers/registry.ts";

/** How a network is trained: what does not depend on its task, and what tasks set otherwise than the default. */
export interface Recipe {
  optimizer: OptimizerName;
  /** The highest learning rate; that of the optimizer unless told. */
  peakRate: number;
  /** Steps in which the learning rate rises to it. */
  warmupSteps: number;
  /** Largest global norm of the gradients. */
  clipNorm: number;
  average: AverageRecipe;
  phases: readonly Phase[];
}

/** The averaged weights are brought up to date every few steps; of them, the share `keep` is kept at each step. */
export interface AverageRecipe {
  every: number;
  keep: number;
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

/** The recipe, with what is not said filled in. */
export function completeRecipe(recipe: Partial<Recipe> = {}): Recipe {
  const { optimizer = "adamw" } = recipe;
  return {
    peakRate: OPTIMIZERS[optimizer].peakRate,
    warmupSteps: 30,
    clipNorm: 5,
    average: { every: 5, keep: 0.995 },
    phases: FROM_SCRATCH,
    ...recipe,
    optimizer,
  };
}

/** The phase that a training is in: the last one that has begun, and never one before `current`. */
export function phaseAt(phases: readonly Phase[], progress: number, current?: string): Phase {
  const reached = phases.findLastIndex(({ from }) => progress >= from);
  const held = phases.findIndex(({ name }) => name === current);
  const phase = phases[Math.max(reached, held, 0)];
  if (!phase) throw new Error("a recipe needs a phase");
  return phase;
}
