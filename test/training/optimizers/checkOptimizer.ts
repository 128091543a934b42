import * as tf from "@tensorflow/tfjs";
import { expect } from "vitest";
import { compileProgram } from "../../../src/engine/graph/program.ts";
import type { NamedTensors } from "../../../src/engine/graph/step.ts";
import { OPTIMIZERS, type OptimizerName } from "../../../src/training/optimizers/registry.ts";

/**
 * What holds for every optimizer: at its own learning rate (or another) it walks down a bowl, and it leaves alone what
 * has no gradient.
 */
export async function checkOptimizer(name: OptimizerName, rate?: number): Promise<void> {
  const { make, peakRate } = OPTIMIZERS[name];
  const [weight, resting] = tf.tidy(() => [
    tf.variable(tf.tensor2d([[0.3, -0.2, 0.1]]), true, "kernel"),
    tf.variable(tf.ones([2]), true, "resting"),
  ]);
  const optimizer = (await make()).for([weight, resting]);
  const scalar = { shape: [], dtype: "float32" as const };
  const descend = {
    inputs: { learningRate: scalar, step: scalar },
    run({ learningRate, step }: NamedTensors) {
      const gradients = new Map([[weight, weight.clone()]]); // of half the squares
      const updates = optimizer.update(gradients, learningRate as tf.Scalar, step as tf.Scalar);
      return { outputs: { loss: weight.square().sum() }, updates };
    },
  };
  const slots = optimizer.slots.map(({ variable }) => variable);
  const program = await compileProgram({ descend }, { variables: [weight, resting, ...slots] });
  const losses: number[] = [];
  for (let step = 1; step <= 300; step++) {
    const inputs = { learningRate: tf.scalar(rate ?? peakRate), step: tf.scalar(step) };
    const outputs = program.run("descend", inputs);
    losses.push((outputs.loss as tf.Tensor).dataSync()[0] as number);
    tf.dispose([inputs, outputs]);
  }
  program.pull();
  const rest = [...resting.dataSync()];
  program.dispose();
  tf.dispose([weight, resting, ...slots]);
  expect(losses.at(-1)).toBeLessThan(0.2 * (losses[0] as number));
  expect(rest).toEqual([1, 1]); // a weight without a gradient
}
