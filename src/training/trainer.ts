import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import type { Random } from "../base/random.ts";
import type { Precision, Program } from "../engine/graph/program.ts";
import type { NamedTensors } from "../engine/graph/step.ts";
import { calibrate } from "./calibrate.ts";
import type { StepInfo } from "./loop/fit.ts";
import { averageKeep } from "./movingAverage.ts";
import { completeRecipe, type Phase, phaseAt, type Recipe } from "./recipe.ts";
import type { Task, TrainerValidation } from "./task.ts";
import { compileTraining, joining, stepName, type TrainingProgram } from "./trainingProgram.ts";
import { runNumbers } from "./runNumbers.ts";
import { validationLoss } from "./validationLoss.ts";

export interface TrainerOptions {
  /** Overrides the task's. */
  recipe?: Partial<Recipe>;
  /** `auto`: `fast`, if it gives the same losses as float32. */
  precision: Precision | "auto";
  /** The precision that the engine is fastest in. */
  fast: Precision;
  /** Draws what `Task.feeds` needs. */
  random: Random;
}

/** Where the trainer stands, beside the variables; part of the checkpoint. */
export const TrainerState = z.object({
  phase: z.string(),
  /** The phase that a callback has asked for. */
  requested: z.string().optional(),
  /** Updates that were done when the optimizer last began anew; 0 unless told. */
  restarted: z.int().min(0).optional(),
  /** Which weights the last validation found better; the average unless told. */
  better: z.enum(["average", "raw"]).optional(),
  /** What the last validation says of those weights for the model's description. */
  described: z.record(z.string(), z.unknown()).optional(),
});
type TrainerState = z.infer<typeof TrainerState>;

/**
 * Trains a task step by step: keeps the moving average of the weights, and goes through the phases of the recipe. It
 * knows no files; while it lives, its program owns the variables.
 */
export class Trainer<Batch> {
  readonly recipe: Recipe;
  readonly compiled: TrainingProgram;
  readonly #task: Task<Batch>;
  readonly #random: Random;
  #state: TrainerState;

  private constructor(task: Task<Batch>, recipe: Recipe, compiled: TrainingProgram, random: Random) {
    this.recipe = recipe;
    this.compiled = compiled;
    this.#task = task;
    this.#random = random;
    this.#state = { phase: phaseAt(recipe.phases, 0).name };
  }

  static async make<Batch>(task: Task<Batch>, options: TrainerOptions): Promise<Trainer<Batch>> {
    const { random } = options;
    const { peakRate, ...own } = task.recipe ?? {};
    // A rate that suits the task's optimizer says nothing of another one.
    const rate = peakRate !== undefined && options.recipe?.optimizer === undefined ? { peakRate } : {};
    const recipe = completeRecipe({ ...own, ...rate, ...options.recipe });
    const first = phaseAt(recipe.phases, 0);
    const compiled = await compileTraining(task, {
      ...options,
      recipe,
      trial: async (program) =>
        runStep(task, program, first, await task.batches.batch(0), trialFeeding(recipe, random)),
    });
    return new Trainer(task, recipe, compiled, random);
  }

  get state(): TrainerState {
    return this.#state;
  }

  /** Goes on from a state; the variables' values have been read already. */
  restore(state: TrainerState): void {
    this.#state = state;
    this.compiled.program.push();
  }

  /**
   * Runs one training step; the losses and their sum as `loss`, and, where it has updated the weights, the norm of the
   * gradients.
   */
  train(
    batch: Batch,
    { step, progress, learningRate }: StepInfo,
  ): Promise<Record<string, number>> | Record<string, number> {
    const { phase, requested } = this.#state;
    const { phases, accumulate } = this.recipe;
    const current = phaseAt(phases, -Infinity, phase);
    // no phase begins with gradients of the one before it
    const due = step % accumulate === 0 ? phaseAt(phases, progress, requested ?? phase) : current;
    if (due === current) return this.#train(due, batch, step, learningRate);
    return this.#enter(due, step).then(() => this.#train(due, batch, step, learningRate));
  }

  /** Begins the next phase with the next step, whatever the progress is. */
  nextPhase(): void {
    const { phases } = this.recipe;
    const next = phases[phases.findIndex(({ name }) => name === this.#state.phase) + 1];
    if (next) this.#state = { ...this.#state, requested: next.name };
  }

  /**
   * Measures the averaged weights, and their loss on the validation data where the task can tell it; where the recipe
   * compares, also the weights themselves: the better ones count.
   */
  async validate(): Promise<TrainerValidation> {
    const { program, steps } = this.compiled;
    const measure = async (suffix: "" | "Raw"): Promise<TrainerValidation> => {
      const validation = await this.#task.validate((inputs) => program.run(`predict${suffix}`, inputs));
      const loss = await validationLoss(this.#task, program, this.#random, `validate${suffix}`);
      return { ...validation, ...(loss !== undefined && { loss }) };
    };
    const average = await measure("");
    if (!("predictRaw" in steps)) return this.#describe(average);
    const raw = await measure("Raw");
    const weights = raw.score > average.score || Number.isNaN(average.score) ? "raw" : "average";
    this.#state = { ...this.#state, better: weights };
    const comparison = { weights, scores: { average: average.score, raw: raw.score } } as const;
    return { ...this.#describe(weights === "raw" ? raw : average), comparison };
  }

  /** What is written in place of the weights in a model: their averages, unless they themselves did better. */
  get saved(): ReadonlyMap<tf.Variable, tf.Variable> {
    return this.#state.better === "raw" ? new Map() : this.compiled.averages;
  }

  /** Runs a step of each phase, for what it takes; what is trained afterwards is not worth anything. */
  async rehearse(): Promise<void> {
    const batch = await this.#task.batches.batch(0);
    for (const phase of this.recipe.phases) {
      runStep(this.#task, this.compiled.program, phase, batch, trialFeeding(this.recipe, this.#random));
    }
  }

  /** What the last validation found out of the weights that are `saved`, for the model's description. */
  get described(): Readonly<Record<string, unknown>> {
    return this.#state.described ?? {};
  }

  dispose(): void {
    this.compiled.dispose();
  }

  #describe(validation: TrainerValidation): TrainerValidation {
    const { described } = validation;
    this.#state = { ...this.#state, ...(described && { described }) };
    return validation;
  }

  #train(phase: Phase, batch: Batch, step: number, learningRate: number): Record<string, number> {
    const { program } = this.compiled;
    const { accumulate, average } = this.recipe;
    const updates = Math.floor(step / accumulate); // done before
    const update = { number: updates + 1 - (this.#state.restarted ?? 0), learningRate };
    const feeding = { step, random: this.#random };
    const fused = accumulate === 1;
    const losses = runStep(this.#task, program, phase, batch, fused ? { ...feeding, update } : feeding);
    if ((step + 1) % accumulate !== 0) return losses;
    const of = fused ? {} : runNumbers(program, stepName("update", phase.name), updateFeeds(update));
    if (average !== false && (updates + 1) % average.every === 0) {
      this.#updateAverage(averageKeep(updates, average.keep) ** average.every);
    }
    return { ...losses, ...of };
  }

  async #enter(phase: Phase, step: number): Promise<void> {
    const { program, norms } = this.compiled;
    const { phases, accumulate } = this.recipe;
    if (phase.calibrate !== undefined && norms.length > 0) {
      await calibrate(program, norms, phase.calibrate, async (i) => {
        const batch = await this.#task.batches.batch(step + i);
        const random = this.#random.fork(step + i);
        const inputs = { ...this.#task.feeds(batch, random), seed: seedOf(random) };
        tf.dispose([inputs, program.run(stepName("calibrate", shapeOf(this.#task, batch)), inputs)]);
      });
      if (this.recipe.average !== false) this.#updateAverage(0);
    }
    const { restarted, phase: before, better, described } = this.#state;
    const anew = joining(this.#task.network, phaseAt(phases, -Infinity, before), phase);
    if (anew) runNumbers(program, "restart", { slots: tf.scalar(0) });
    const since = anew ? step / accumulate : restarted;
    this.#state = {
      phase: phase.name,
      ...(since !== undefined && { restarted: since }),
      ...(better && { better }),
      ...(described && { described }),
    };
  }

  #updateAverage(keep: number): void {
    runNumbers(this.compiled.program, "average", { keep: tf.scalar(keep) });
  }
}

/** What a training step takes of a batch, and of the update that it makes, unless gradients are only summed up. */
interface Feeding {
  /** From 0. */
  step: number;
  random: Random;
  update?: Update;
}

interface Update {
  /** 1 for the first since the optimizer began. */
  number: number;
  learningRate: number;
}

/** What a step takes that learns nothing. */
function trialFeeding({ accumulate }: Recipe, random: Random): Feeding {
  return { step: 0, random, ...(accumulate === 1 && { update: { number: 1, learningRate: 0 } }) };
}

/** The tensors of a training step; the caller disposes of them. */
export function stepFeeds<Batch>(task: Task<Batch>, batch: Batch, { step, random, update }: Feeding): NamedTensors {
  const own = random.fork(step);
  const feeds = { ...task.feeds(batch, own), seed: seedOf(own) };
  return update ? { ...feeds, ...updateFeeds(update) } : feeds;
}

/** What the layers of a step draw from. */
function seedOf(random: Random): tf.Scalar {
  return tf.scalar(random.fork("layers").int(2 ** 31), "int32");
}

function updateFeeds({ number, learningRate }: Update): NamedTensors {
  return { learningRate: tf.scalar(learningRate), step: tf.scalar(number) };
}

function runStep<Batch>(
  task: Task<Batch>,
  program: Program,
  phase: Phase,
  batch: Batch,
  feeding: Feeding,
): Record<string, number> {
  return runNumbers(program, stepName(phase.name, shapeOf(task, batch)), stepFeeds(task, batch, feeding));
}

function shapeOf<Batch>(task: Task<Batch>, batch: Batch): string {
  return task.shapeOf?.(batch) ?? Object.keys(task.shapes)[0] ?? "";
}
