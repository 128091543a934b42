import * as tf from "@tensorflow/tfjs";
import { afterEach, describe, expect, it } from "vitest";
import { openPrograms } from "../../../src/engine/graph/program.ts";
import { adamW } from "../../../src/training/optimizers/adamW.ts";
import { clipByGlobalNorm } from "../../../src/training/optimizers/clip.ts";
import type { Optimizer } from "../../../src/training/optimizers/optimizer.ts";
import { sgd } from "../../../src/training/optimizers/sgd.ts";
import { engines, largestDifference, on } from "../../detection/support.ts";
import { differenceFromKeras, type MakeOptimizer } from "./kerasSteps.ts";

const everything = (): boolean => true;
const optimizers: [string, MakeOptimizer][] = [
  ["sgd", (weights) => sgd(weights, { momentum: 0 })],
  ["momentum", (weights, { momentum }) => sgd(weights, { momentum })],
  ["nesterov", (weights, { momentum, nesterov }) => sgd(weights, { momentum, nesterov })],
  ["adam", (weights, { beta1, beta2, epsilon }) => adamW(weights, { beta1, beta2, epsilon, weightDecay: 0 })],
  ["adamw", (weights, { weightDecay }) => adamW(weights, { weightDecay, decays: everything })],
  ["adam, clip global norm 1", (weights) => adamW(weights, { weightDecay: 0 })],
];

afterEach(() => {
  expect(openPrograms()).toBe(0);
  tf.disposeVariables();
});

/** What one update makes of some variables. */
async function updated(
  engine: string,
  values: tf.TensorLike[],
  gradients: tf.TensorLike[],
  make: (weights: tf.Variable[]) => Optimizer,
): Promise<number[][]> {
  await tf.setBackend(engine);
  const weights = values.map((value, i) => tf.variable(tf.tensor(value), true, `weight${i}`));
  const optimizer = make(weights);
  const given = new Map(weights.map((weight, i) => [weight, tf.tensor(gradients[i] as tf.TensorLike)]));
  const updates = optimizer.update(given, tf.scalar(0.1), tf.scalar(1));
  return weights.map((weight) => [...(updates.get(weight)?.dataSync() ?? [])]);
}

function expectNear(found: number[][], expected: number[][]): void {
  expect(found.map(({ length }) => length)).toEqual(expected.map(({ length }) => length));
  found.forEach((row, i) => {
    expect(largestDifference(row, expected[i] ?? [])).toBeLessThan(1e-5);
  });
}

describe.each(engines)("optimizers on %s", (engine) => {
  it.each(optimizers)("%s moves the weights as Keras does, six times", async (name, make) => {
    await tf.setBackend(engine);
    expect(await differenceFromKeras(name, make)).toBeLessThan(1e-5);
  });

  it("sgd makes kernels smaller by lr * weightDecay of themselves, before the step, and spares biases", async () => {
    const decaying = (weights: tf.Variable[]): Optimizer => sgd(weights, { weightDecay: 0.5 });
    const found = await updated(engine, [[[2, -4, 0]], [2]], [[[0, 1, 1]], [1]], decaying);
    expectNear(found, [[2 * 0.95, -4 * 0.95 - 0.1, -0.1], [2 - 0.1]]);
  });

  it("adamW makes kernels smaller by lr * weightDecay of themselves, before the step, and spares biases", async () => {
    // The first step is lr * g / |g|, whatever the gradient's size.
    const decaying = (weights: tf.Variable[]): Optimizer => adamW(weights, { weightDecay: 0.5 });
    const found = await updated(engine, [[[2, -4, 0]], [2]], [[[0, 7, -0.3]], [5]], decaying);
    expectNear(found, [[2 * 0.95, -4 * 0.95 - 0.1, 0.1], [2 - 0.1]]);
  });

  it.each([["sgd", sgd] as const, ["adamW", adamW] as const])("%s can be told what decays", async (_, optimizer) => {
    const only = (weights: tf.Variable[]): Optimizer =>
      optimizer(weights, { weightDecay: 0.5, decays: (weight) => weight.name === "weight1" });
    expectNear(await updated(engine, [[[2, -4]], [2]], [[[0, 0]], [0]], only), [[2, -4], [1.9]]);
  });

  it.each([["sgd", sgd] as const, ["adamW", adamW] as const])(
    "%s refuses a weight that it was not made for",
    async (_, make) => {
      await tf.setBackend(engine);
      const [known, other] = [tf.variable(tf.ones([2, 3])), tf.variable(tf.ones([2, 3]), true, "other")];
      const gradients = new Map([[other, tf.ones([2, 3])]]);
      expect(() => make([known]).update(gradients, tf.scalar(0.1), tf.scalar(1))).toThrow(
        "the optimizer was not made for the weight other",
      );
    },
  );

  it("momentum belongs to its weight: one that rests for a step neither moves nor mixes up the other's", async () => {
    await tf.setBackend(engine);
    const [a, b] = [tf.variable(tf.tensor1d([1, 2, 3]), true, "a"), tf.variable(tf.tensor1d([10]), true, "b")];
    const optimizer = sgd([a, b], { momentum: 0.5 });
    const step = (gradients: [tf.Variable, number][]): void => {
      const given = new Map(gradients.map(([weight, value]) => [weight, tf.fill(weight.shape, value)]));
      for (const [variable, value] of optimizer.update(given, tf.scalar(0.1), tf.scalar(1))) variable.assign(value);
    };
    step([[a, 1], [b, 10]]); // prettier-ignore
    step([[b, 10]]);
    expectNear([[...a.dataSync()], [...b.dataSync()]], [[0.9, 1.9, 2.9], [10 - 1 - 1.5]]); // prettier-ignore
    step([[a, 1]]);
    expectNear([[...a.dataSync()], [...b.dataSync()]], [[0.75, 1.75, 2.75], [7.5]]); // prettier-ignore
  });

  // The norm of (3, 4) and (-12) together is 13.
  it.each([
    ["scales all gradients by limit / norm where the norm exceeds the limit", 6.5, [1.5, 2, -6]],
    ["leaves them where it does not", 13, [3, 4, -12]],
    ["leaves them where it is far from it", 1000, [3, 4, -12]],
  ])("clipByGlobalNorm %s", async (_, limit, expected) => {
    const { values, norm } = await on(engine, () => {
      const [a, b] = [tf.variable(tf.zeros([2, 1])), tf.variable(tf.zeros([1]))];
      const raw = new Map([[a, tf.tensor([[3], [4]])], [b, tf.tensor([-12])]]); // prettier-ignore
      const { clipped, norm } = clipByGlobalNorm(raw, limit);
      const values = [a, b].flatMap((weight) => [...(clipped.get(weight)?.dataSync() ?? [])]);
      tf.dispose([a, b]);
      return { values, norm: norm.dataSync()[0] };
    });
    expect(norm).toBeCloseTo(13, 5); // of the gradients as they came
    expect(largestDifference(values, expected)).toBeLessThan(1e-5);
  });

  it("clipByGlobalNorm leaves gradients of 0 as they are", async () => {
    const values = await on(engine, () => {
      const weight = tf.variable(tf.ones([2]));
      const { clipped } = clipByGlobalNorm(new Map([[weight, tf.zeros([2])]]), 5);
      weight.dispose();
      return [...(clipped.get(weight)?.dataSync() ?? [])];
    });
    expect(values).toEqual([0, 0]);
  });
});
