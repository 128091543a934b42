import * as tf from "@tensorflow/tfjs";
import { type BatchNorm, batchNormsOf } from "../core/layers/batchNorm.ts";
import { namedWeights, variableOf } from "../core/namedWeights.ts";
import { compileProgram, type Precision, type Program } from "../engine/graph/program.ts";
import type { Step } from "../engine/graph/step.ts";
import { type MovingAverage, movingAverage } from "./movingAverage.ts";
import type { Optimizer } from "./optimizers/optimizer.ts";
import { OPTIMIZERS } from "./optimizers/registry.ts";
import type { Recipe } from "./recipe.ts";
import { calibrationStep, trainStep, validationStep } from "./steps.ts";
import type { Task } from "./task.ts";

/** What a training runs: one program, and the variables that it owns while it lives. */
export interface TrainingProgram {
  program: Program;
  precision: Precision;
  /** The steps that are compiled, as they are: `stepName(phase, shape)`, `calibrate/shape`, `average`, `predict`, `validate`. */
  steps: Readonly<Record<string, Step>>;
  /** Every variable by its name: what a checkpoint holds. */
  variables: ReadonlyMap<string, tf.Variable>;
  /** Weight -> its average. */
  averages: ReadonlyMap<tf.Variable, tf.Variable>;
  norms: readonly BatchNorm[];
  /** Ends the program and gives back the optimizer's slots and the averages; the network is its maker's. */
  dispose(): void;
}

export interface CompileOptions {
  recipe: Recipe;
  /** `auto`: `fast`, if it gives the same losses as float32. */
  precision: Precision | "auto";
  /** The precision that the engine is fastest in. */
  fast: Precision;
  /** Losses of a step that learns nothing, to compare precisions by. */
  trial: (program: Program) => Promise<Record<string, number>>;
}

/** The step of a phase, or of calibration, on batches of a shape. */
export function stepName(what: string, shape: string): string {
  return `${what}/${shape}`;
}

/** Compiles the steps of a task's training, in the precision that was asked for. */
export async function compileTraining<Batch>(task: Task<Batch>, options: CompileOptions): Promise<TrainingProgram> {
  const { recipe, precision, fast } = options;
  const trainable = task.network.trainableWeights.map(variableOf);
  const optimizer = await OPTIMIZERS[recipe.optimizer].make(trainable);
  const average = movingAverage(trainable);
  const { averages } = average;
  const variables = variablesOf(task.network, optimizer, average);
  const norms = batchNormsOf(task.network);
  const steps = {
    ...taskSteps(task, recipe, optimizer, norms),
    average: average.step,
    predict: { ...task.predict, reading: averages },
    ...(task.validationLosses && { validate: { ...validationStep(task.validationLosses), reading: averages } }),
  };
  const compile = (as: Precision): Promise<Program> =>
    compileProgram(steps, { variables: [...variables.values()], precision: as });
  const release = (): void => {
    tf.dispose([...averages.values(), ...optimizer.slots.map(({ variable }) => variable)]);
  };
  try {
    let chosen = precision === "auto" ? fast : precision;
    let program = await compile(chosen);
    if (precision === "auto" && fast !== "float32" && !(await isAccurate(task, program, steps, variables, options))) {
      program.dispose();
      chosen = "float32";
      program = await compile(chosen);
    }
    const dispose = (): void => {
      program.dispose();
      release();
    };
    return { program, precision: chosen, steps, variables, averages, norms, dispose };
  } catch (error) {
    release();
    throw error;
  }
}

function taskSteps<Batch>(
  task: Task<Batch>,
  { phases, clipNorm }: Recipe,
  optimizer: Optimizer,
  norms: readonly BatchNorm[],
): Record<string, Step> {
  const steps: Record<string, Step> = {};
  const calibrates = norms.length > 0 && phases.some(({ calibrate }) => calibrate !== undefined);
  for (const [name, shape] of Object.entries(task.shapes)) {
    for (const phase of phases) {
      const learning = task.network.trainableWeights.filter(({ originalName }) => phase.trains?.(originalName) ?? true);
      const options = { phase, weights: learning.map(variableOf), optimizer, clipNorm };
      steps[stepName(phase.name, name)] = trainStep(task, shape, options);
    }
    if (calibrates) steps[stepName("calibrate", name)] = calibrationStep(task, shape);
  }
  return steps;
}

/** Runs the trial in the compiled precision, and op by op in float32; takes both back. */
async function isAccurate<Batch>(
  task: Task<Batch>,
  program: Program,
  steps: Record<string, Step>,
  variables: ReadonlyMap<string, tf.Variable>,
  options: CompileOptions,
): Promise<boolean> {
  const eager = await compileProgram(steps, { variables: [...variables.values()], mode: "eager" });
  try {
    const full = await options.trial(eager);
    program.pull();
    const half = await options.trial(program);
    program.push();
    const { comparable } = task;
    const names = comparable ? ["loss", ...comparable] : Object.keys(full);
    return names.every((name) => agree(full[name] ?? NaN, half[name] ?? NaN));
  } finally {
    eager.dispose();
  }
}

/** Losses in bfloat16 differ by some thousandths; a tenth would be another computation. */
function agree(full: number, half: number): boolean {
  return Math.abs(full - half) <= 0.1 * Math.max(Math.abs(full), 0.1);
}

/** Weights; slots and averages under the name of their weight. */
function variablesOf(
  network: tf.LayersModel,
  { slots }: Optimizer,
  { averages }: MovingAverage,
): Map<string, tf.Variable> {
  const weights = namedWeights(network);
  const nameOf = new Map([...weights].map(([name, weight]) => [weight, name]));
  return new Map([
    ...weights,
    ...slots.map(({ of, kind, variable }) => [`${nameOf.get(of) ?? of.name}/${kind}`, variable] as const),
    ...[...averages].map(([weight, average]) => [`${nameOf.get(weight) ?? weight.name}/average`, average] as const),
  ]);
}
