import * as tf from "@tensorflow/tfjs";
import { normalizing } from "../core/layers/batchNorm.ts";
import { seeded } from "../core/randomness.ts";
import { collectUpdates } from "../core/updates.ts";
import type { NamedTensors, Step, TensorSpec } from "../engine/graph/step.ts";
import { clipByGlobalNorm } from "./optimizers/clip.ts";
import type { Optimizer } from "./optimizers/optimizer.ts";
import type { Phase } from "./recipe.ts";
import { layerPenalties } from "./regularisers/layerPenalties.ts";
import type { Task, ValidationLosses } from "./task.ts";

const SCALAR: TensorSpec = { shape: [], dtype: "float32" };

/** What layers draw their random numbers from. */
const SEED: TensorSpec = { shape: [], dtype: "int32" };

/** What a training step is fed beside its batch. */
const RATE_INPUTS = { learningRate: SCALAR, step: SCALAR, seed: SEED };

export interface TrainStepOptions {
  phase: Phase;
  /** Those that learn. */
  weights: readonly tf.Variable[];
  optimizer: Optimizer;
  clipNorm: number;
}

/**
 * One step of training on a batch of the given shape: the losses, their gradients, and the optimizer's updates. What the
 * network's layers carry of `kernelRegularizer` and the like is a loss, too, `penalties`.
 */
export function trainStep<Batch>(
  task: Pick<Task<Batch>, "losses"> & Partial<Pick<Task<Batch>, "network">>,
  shape: Record<string, TensorSpec>,
  { phase, weights, optimizer, clipNorm }: TrainStepOptions,
): Step {
  return {
    inputs: { ...shape, ...RATE_INPUTS },
    run({ learningRate, step, seed, ...inputs }) {
      let parts: NamedTensors = {};
      const total = (): tf.Scalar => {
        const carried = task.network && layerPenalties(task.network);
        const losses = { ...task.losses(inputs), ...(carried && { penalties: carried }) };
        const sum: tf.Scalar = tf.addN(Object.values(losses));
        parts = Object.fromEntries(Object.entries(losses).map(([name, loss]) => [name, tf.keep(loss.clone())]));
        return sum;
      };
      const { result, updates } = normalizing(phase.statistics, () =>
        collectUpdates(() => seeded(seed as tf.Scalar, () => tf.variableGrads(total, [...weights]))),
      );
      const gradients = new Map(weights.map((weight) => [weight, result.grads[weight.name] as tf.Tensor]));
      const { clipped, norm } = clipByGlobalNorm(gradients, clipNorm);
      const moved = optimizer.update(clipped, learningRate as tf.Scalar, step as tf.Scalar);
      const outputs: NamedTensors = { ...parts, loss: result.value, gradientNorm: norm };
      return { outputs, updates: new Map([...updates, ...moved]) };
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

/**
 * A forward pass whose only effect is that each normalisation takes the mean and variance of this batch. Averaged over
 * many batches, they describe the training set.
 */
export function calibrationStep<Batch>(
  task: Pick<Task<Batch>, "losses" | "forward">,
  shape: Record<string, TensorSpec>,
): Step {
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
