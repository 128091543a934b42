import * as tf from "@tensorflow/tfjs";
import { AnchorkitError } from "../base/errors.ts";
import { type BatchNorm, batchNormsOf } from "../core/layers/batchNorm.ts";
import { namedWeights, variableOf } from "../core/namedWeights.ts";
import { compileProgram, type Precision, type Program } from "../engine/graph/program.ts";
import type { Step } from "../engine/graph/step.ts";
import { movingAverage } from "./movingAverage.ts";
import type { Optimizer } from "./optimizers/optimizer.ts";
import { OPTIMIZERS } from "./optimizers/registry.ts";
import { type Phase, rateIn, type Recipe } from "./recipe.ts";
import {
  accumulatingStep,
  calibrationStep,
  gradientSums,
  type GradientSums,
  type LossesOf,
  restartStep,
  trainStep,
  updateStep,
  validationStep,
} from "./steps.ts";
import type { Task } from "./task.ts";

/** What a training runs: one program, and the variables that it owns while it lives. */
export interface TrainingProgram {
  program: Program;
  precision: Precision;
  /**
   * The steps that are compiled, as they are: `stepName(phase, shape)`, `calibrate/shape` and `predict`; where the task has
   * them, `validate` (its losses on validation data), and where the
   * recipe asks for it, `update/phase` (for accumulated gradients), `restart` (the optimizer), `average`, and `predictRaw`
   * and `validateRaw` (with the weights themselves, where `predict` has their average).
   */
  steps: Readonly<Record<string, Step>>;
  /** Every variable by its name: what a checkpoint holds. */
  variables: ReadonlyMap<string, tf.Variable>;
  /** Weight -> its average; empty for a recipe without. */
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
  const optimizer = (await OPTIMIZERS[recipe.optimizer].make(recipe.tuning)).for(trainable);
  const average = recipe.average === false ? undefined : movingAverage(trainable);
  const averages = average?.averages ?? new Map<tf.Variable, tf.Variable>();
  const sums = gradientSums(recipe.accumulate > 1 ? trainable : []);
  const variables = variablesOf(task.network, [
    ...optimizer.slots,
    ...[...averages].map(([of, variable]) => ({ of, kind: "average", variable })),
    ...[...sums].map(([of, variable]) => ({ of, kind: "gradient", variable })),
  ]);
  const norms = batchNormsOf(task.network).filter(({ trainable }) => trainable); // frozen ones are not calibrated
  const release = (): void => {
    tf.dispose([...averages.values(), ...sums.values(), ...optimizer.slots.map(({ variable }) => variable)]);
  };
  try {
    const { predict, validationLosses: losses } = task;
    const steps: Record<string, Step> = {
      ...taskSteps(task, recipe, { optimizer, sums, norms }),
      ...(average && { average: average.step }),
      predict: { ...predict, reading: averages },
      ...(losses && { validate: { ...validationStep(losses), reading: averages } }),
      // a function of its own: it is recorded once more
      ...(recipe.average !== false &&
        recipe.average.compare && {
          predictRaw: { ...predict, run: (inputs) => predict.run(inputs) },
          ...(losses && { validateRaw: validationStep(losses) }),
        }),
    };
    const compile = (as: Precision): Promise<Program> =>
      compileProgram(steps, { variables: [...variables.values()], precision: as });
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
  { phases, clipNorm, accumulate }: Recipe,
  { optimizer, sums, norms }: { optimizer: Optimizer; sums: GradientSums; norms: readonly BatchNorm[] },
): Record<string, Step> {
  const steps: Record<string, Step> = {};
  const { network, shapes } = task;
  const calibrates = norms.length > 0 && phases.some(({ calibrate }) => calibrate !== undefined);
  for (const phase of phases) {
    const factors = ratesIn(network, phase);
    const weights = [...factors.keys()];
    if (weights.length === 0) throw new AnchorkitError(`no weight learns in the phase "${phase.name}" of the recipe`);
    const options = {
      phase,
      weights,
      optimizer,
      clipNorm,
      factorOf: (weight: tf.Variable) => factors.get(weight) ?? 0,
    };
    for (const [name, shape] of Object.entries(shapes)) {
      const of = ofShape(task, name);
      steps[stepName(phase.name, name)] =
        accumulate > 1 ? accumulatingStep(of, shape, { phase, weights, sums }) : trainStep(of, shape, options);
    }
    if (accumulate > 1) steps[stepName("update", phase.name)] = updateStep({ ...options, sums, accumulate });
  }
  if (calibrates) {
    for (const [name, shape] of Object.entries(shapes))
      steps[stepName("calibrate", name)] = calibrationStep(ofShape(task, name), shape);
  }
  if (phases.some((phase, i) => phases.slice(0, i).some((before) => joining(network, before, phase)))) {
    steps.restart = restartStep(optimizer);
  }
  return steps;
}

/** What steps on batches of one shape are made of. */
export function ofShape<Batch>(task: Task<Batch>, shape: string): LossesOf {
  return {
    network: task.network,
    losses: (inputs) => task.losses(inputs, shape),
    forward: (inputs) => task.forward?.(inputs, shape),
  };
}

/** Whether weights learn in a phase that have not learnt in the one before: its optimizer begins anew. */
export function joining(network: tf.LayersModel, before: Phase, phase: Phase): boolean {
  const already = ratesIn(network, before);
  return [...ratesIn(network, phase).keys()].some((weight) => !already.has(weight));
}

/** The weights that learn in a phase, and the learning rate of each as a multiple of the training's. */
function ratesIn(network: tf.LayersModel, phase: Phase): Map<tf.Variable, number> {
  const rates = network.trainableWeights.map((w) => [variableOf(w), rateIn(phase, w.originalName)] as const);
  return new Map(rates.filter(([, rate]) => rate !== 0));
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

/** Weights, and what is kept of each, under the name of the weight. */
function variablesOf(
  network: tf.LayersModel,
  kept: readonly { of: tf.Variable; kind: string; variable: tf.Variable }[],
): Map<string, tf.Variable> {
  const weights = namedWeights(network);
  const nameOf = new Map([...weights].map(([name, weight]) => [weight, name]));
  return new Map([
    ...weights,
    ...kept.map(({ of, kind, variable }) => [`${nameOf.get(of) ?? of.name}/${kind}`, variable] as const),
  ]);
}
