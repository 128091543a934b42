import * as tf from "@tensorflow/tfjs";
import { normalizing } from "../core/layers/batchNorm.ts";
import { seeded } from "../core/randomness.ts";
import { collectUpdates } from "../core/updates.ts";
import type { NamedTensors, Step, TensorSpec, Updates } from "../engine/graph/step.ts";
import { clipByGlobalNorm, globalNorm } from "./optimizers/clip.ts";
import type { Optimizer, RateFactors } from "./optimizers/optimizer.ts";
import type { Phase } from "./recipe.ts";
import { gradients } from "./gradients.ts";
import { layerPenalties } from "./regularisers/layerPenalties.ts";
import type { Task, ValidationLosses } from "./task.ts";

const SCALAR: TensorSpec = { shape: [], dtype: "float32" };

/** What layers draw their random numbers from. */
const SEED: TensorSpec = { shape: [], dtype: "int32" };

/** What an update is fed. */
const RATE_INPUTS = { learningRate: SCALAR, step: SCALAR };

/** What training steps take of a task, for inputs of one shape. */
export interface LossesOf extends Partial<Pick<Task<unknown>, "network">> {
  losses(inputs: NamedTensors): Record<string, tf.Scalar>;
  forward?(inputs: NamedTensors): tf.Tensor | undefined;
}

export interface GradientOptions {
  phase: Phase;
  /** Those that learn. */
  weights: readonly tf.Variable[];
}

export interface TrainStepOptions extends GradientOptions {
  optimizer: Optimizer;
  /** Largest norm of all gradients together; what the optimizer clips comes after it. */
  clipNorm?: number;
  /** The learning rate of each weight as a multiple of the one that is fed; 1 unless told. */
  factorOf?: RateFactors;
}

/**
 * One step of training on a batch of the given shape: the losses, their gradients, and the optimizer's updates. What the
 * network's layers carry of `kernelRegularizer` and the like is a loss, too, `penalties`.
 */
export function trainStep(task: LossesOf, shape: Record<string, TensorSpec>, options: TrainStepOptions): Step {
  return {
    inputs: { ...shape, ...RATE_INPUTS, seed: SEED },
    run({ learningRate, step, seed, ...inputs }) {
      const { losses, gradients, statistics } = gradientsOf(task, inputs, seed as tf.Scalar, options);
      const { norm, updates } = update(gradients, options, learningRate as tf.Scalar, step as tf.Scalar);
      return { outputs: { ...losses, gradientNorm: norm }, updates: new Map([...statistics, ...updates]) };
    },
  };
}

/** The losses on a batch of the validation data, and their sum as `loss`; nothing is learnt. */
export function validationStep<Batch>(of: Pick<ValidationLosses<Batch>, "inputs" | "losses">): Step {
  return {
    inputs: of.inputs,
    run(fed) {
      const parts = normalizing("moving", () => of.losses(fed));
      return { outputs: { ...parts, loss: tf.addN(Object.values(parts)) } };
    },
  };
}

/** Where gradients of several steps are summed up: weight -> its sum. */
export type GradientSums = ReadonlyMap<tf.Variable, tf.Variable>;

/** Sums for these weights, which are 0 at first. */
export function gradientSums(weights: readonly tf.Variable[]): GradientSums {
  return new Map(weights.map((w) => [w, tf.tidy(() => tf.variable(tf.zeros(w.shape), false, `${w.name}/gradient`))]));
}

/** One of the steps whose gradients make an update together: the losses, and their gradients added to the sums. */
export function accumulatingStep(
  task: LossesOf,
  shape: Record<string, TensorSpec>,
  { sums, ...options }: GradientOptions & { sums: GradientSums },
): Step {
  return {
    inputs: { ...shape, seed: SEED },
    run({ seed, ...inputs }) {
      const { losses, gradients, statistics } = gradientsOf(task, inputs, seed as tf.Scalar, options);
      const added = [...gradients].map(([weight, gradient]) => {
        const sum = sumOf(sums, weight);
        return [sum, sum.add(gradient)] as const;
      });
      return { outputs: losses, updates: new Map([...statistics, ...added]) };
    },
  };
}

/** The update of the weights by the mean of the gradients that so many steps have summed up, and the sums 0 again. */
export function updateStep({
  sums,
  accumulate,
  ...options
}: TrainStepOptions & { sums: GradientSums; accumulate: number }): Step {
  return {
    inputs: RATE_INPUTS,
    run({ learningRate, step }) {
      const gradients = new Map(options.weights.map((weight) => [weight, sumOf(sums, weight).div(accumulate)]));
      const { norm, updates } = update(gradients, options, learningRate as tf.Scalar, step as tf.Scalar);
      for (const weight of options.weights) updates.set(sumOf(sums, weight), tf.zeros(weight.shape));
      return { outputs: { gradientNorm: norm }, updates };
    },
  };
}

/** Brings the optimizer to where it begins, for a phase in which other weights learn. */
export function restartStep({ slots }: Optimizer): Step {
  return {
    inputs: { slots: SCALAR },
    run: ({ slots: count }) => ({
      outputs: { slots: (count as tf.Scalar).clone() },
      updates: new Map(slots.map(({ variable, initial }) => [variable, tf.fill(variable.shape, initial)])),
    }),
  };
}

function gradientsOf(
  task: LossesOf,
  inputs: NamedTensors,
  seed: tf.Scalar,
  { phase, weights }: GradientOptions,
): { losses: NamedTensors; gradients: Map<tf.Variable, tf.Tensor>; statistics: Updates } {
  const forward = (): NamedTensors & { loss: tf.Tensor } => {
    const carried = task.network && layerPenalties(task.network);
    const losses = { ...task.losses(inputs), ...(carried && { penalties: carried }) };
    return { ...losses, loss: tf.addN(Object.values(losses)) };
  };
  const { outputs, gradients: found, updates } = gradients(forward, weights, { seed, statistics: phase.statistics });
  return { losses: outputs, gradients: found, statistics: updates };
}

function update(
  gradients: Map<tf.Variable, tf.Tensor>,
  { optimizer, clipNorm, factorOf }: TrainStepOptions,
  learningRate: tf.Scalar,
  step: tf.Scalar,
): { norm: tf.Scalar; updates: Updates } {
  const { clipped, norm } =
    clipNorm === undefined
      ? { clipped: gradients, norm: globalNorm(gradients) }
      : clipByGlobalNorm(gradients, clipNorm);
  return { norm, updates: optimizer.update(clipped, learningRate, step, factorOf) };
}

function sumOf(sums: GradientSums, weight: tf.Variable): tf.Variable {
  const sum = sums.get(weight);
  if (!sum) throw new Error(`there is no sum of gradients for the weight ${weight.name}`);
  return sum;
}

/**
 * A forward pass whose only effect is that each normalisation takes the mean and variance of this batch. Averaged over
 * many batches, they describe the training set.
 */
export function calibrationStep(task: Pick<LossesOf, "losses" | "forward">, shape: Record<string, TensorSpec>): Step {
  return {
    inputs: { ...shape, seed: SEED },
    run({ seed, ...inputs }) {
      const forward = (): tf.Tensor => task.forward?.(inputs) ?? tf.addN(Object.values(task.losses(inputs)));
      const { result, updates } = normalizing("measure", () =>
        collectUpdates(() => seeded(seed as tf.Scalar, forward)),
      );
      return { outputs: { mean: result.mean() }, updates };
    },
  };
}
