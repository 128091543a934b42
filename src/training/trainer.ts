import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import type { Random } from "../base/random.ts";
import type { Precision, Program } from "../engine/graph/program.ts";
import type { NamedTensors } from "../engine/graph/step.ts";
import { calibrate } from "./calibrate.ts";
import type { StepInfo } from "./loop/fit.ts";
import { averageKeep } from "./movingAverage.ts";
import { completeRecipe, type Phase, phaseAt, type Recipe } from "./recipe.ts";
import type { Task, Validation } from "./task.ts";
import { validationLoss } from "./validationLoss.ts";
import { compileTraining, stepName, type TrainingProgram } from "./trainingProgram.ts";

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
    const recipe = completeRecipe({ ...task.recipe, ...options.recipe });
    const first = phaseAt(recipe.phases, 0);
    const compiled = await compileTraining(task, {
      ...options,
      recipe,
      trial: async (program) =>
        runStep(task, program, first, await task.batches.batch(0), { step: 0, learningRate: 0, random }),
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

  /** Runs one training step; the losses, their sum as `loss`, and the norm of the gradients. */
  train(
    batch: Batch,
    { step, progress, learningRate }: StepInfo,
  ): Promise<Record<string, number>> | Record<string, number> {
    const { phase, requested } = this.#state;
    const due = phaseAt(this.recipe.phases, progress, requested ?? phase);
    if (due.name === phase) return this.#train(due, batch, step, learningRate);
    return this.#enter(due, step).then(() => this.#train(due, batch, step, learningRate));
  }

  /** Begins the next phase with the next step, whatever the progress is. */
  nextPhase(): void {
    const { phases } = this.recipe;
    const next = phases[phases.findIndex(({ name }) => name === this.#state.phase) + 1];
    if (next) this.#state = { ...this.#state, requested: next.name };
  }

  /** Measures the averaged weights, and their loss on the validation data where the task can tell it. */
  async validate(): Promise<Validation & { loss?: number }> {
    const { program } = this.compiled;
    const validation = await this.#task.validate((inputs) => program.run("predict", inputs));
    const loss = await validationLoss(this.#task, program, this.#random);
    return { ...validation, ...(loss !== undefined && { loss }) };
  }

  dispose(): void {
    this.compiled.dispose();
  }

  #train(phase: Phase, batch: Batch, step: number, learningRate: number): Record<string, number> {
    const { program } = this.compiled;
    const losses = runStep(this.#task, program, phase, batch, { step, learningRate, random: this.#random });
    const { every, keep } = this.recipe.average;
    if ((step + 1) % every === 0) this.#updateAverage(averageKeep(step, keep) ** every);
    return losses;
  }

  async #enter(phase: Phase, step: number): Promise<void> {
    const { program, norms } = this.compiled;
    if (phase.calibrate !== undefined && norms.length > 0) {
      await calibrate(program, norms, phase.calibrate, async (i) => {
        const batch = await this.#task.batches.batch(step + i);
        const random = this.#random.fork(step + i);
        const inputs = { ...this.#task.feeds(batch, random), seed: seedOf(random) };
        tf.dispose([inputs, program.run(stepName("calibrate", shapeOf(this.#task, batch)), inputs)]);
      });
      this.#updateAverage(0);
    }
    this.#state = { phase: phase.name };
  }

  #updateAverage(keep: number): void {
    const fed = tf.scalar(keep);
    tf.dispose([fed, this.compiled.program.run("average", { keep: fed })]);
  }
}

/** What a training step takes of a batch. */
interface Feeding {
  /** From 0. */
  step: number;
  learningRate: number;
  random: Random;
}

/** The tensors of a training step; the caller disposes of them. */
export function stepFeeds<Batch>(
  task: Task<Batch>,
  batch: Batch,
  { step, learningRate, random }: Feeding,
): NamedTensors {
  const own = random.fork(step);
  const feeds = task.feeds(batch, own);
  return { ...feeds, learningRate: tf.scalar(learningRate), step: tf.scalar(step + 1), seed: seedOf(own) };
}

/** What the layers of a step draw from. */
function seedOf(random: Random): tf.Scalar {
  return tf.scalar(random.fork("layers").int(2 ** 31), "int32");
}

function runStep<Batch>(
  task: Task<Batch>,
  program: Program,
  phase: Phase,
  batch: Batch,
  feeding: Feeding,
): Record<string, number> {
  const inputs = stepFeeds(task, batch, feeding);
  const outputs = program.run(stepName(phase.name, shapeOf(task, batch)), inputs);
  const losses = Object.fromEntries(
    Object.entries(outputs).map(([name, value]) => [name, value.dataSync()[0] as number]),
  );
  tf.dispose([inputs, outputs]);
  return losses;
}

function shapeOf<Batch>(task: Task<Batch>, batch: Batch): string {
  return task.shapeOf?.(batch) ?? Object.keys(task.shapes)[0] ?? "";
}
