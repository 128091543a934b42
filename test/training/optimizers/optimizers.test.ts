import * as tf from "@tensorflow/tfjs";
import { afterEach, describe, expect, it } from "vitest";
import { openPrograms } from "../../../src/engine/graph/program.ts";
import { adadelta } from "../../../src/training/optimizers/adadelta.ts";
import { adagrad } from "../../../src/training/optimizers/adagrad.ts";
import { adam } from "../../../src/training/optimizers/adam.ts";
import { adamax } from "../../../src/training/optimizers/adamax.ts";
import { adamW } from "../../../src/training/optimizers/adamW.ts";
import { clipByGlobalNorm, clipGradients } from "../../../src/training/optimizers/clip.ts";
import { nadam } from "../../../src/training/optimizers/nadam.ts";
import type { OptimizerFactory, OptimizerOptions, RateFactors } from "../../../src/training/optimizers/optimizer.ts";
import { optimizerNamed } from "../../../src/training/optimizers/optimizerNamed.ts";
import { rmsProp } from "../../../src/training/optimizers/rmsProp.ts";
import { sgd } from "../../../src/training/optimizers/sgd.ts";
import { engines, largestDifference, on } from "../../detection/support.ts";
import { caseNames, differenceFromKeras } from "./kerasSteps.ts";

const everything = (): boolean => true;
/** By the beginning of the case's name; the options are those of Keras's case. */
const makers: [string, (config: object) => OptimizerFactory][] = [
  ["sgd", (config) => sgd({ ...config, decays: everything })],
  ["momentum", sgd],
  ["nesterov", sgd],
  ["adagrad", adagrad],
  ["adadelta", adadelta],
  ["rmsprop", rmsProp],
  ["adamw", (config) => adamW({ ...config, decays: everything })],
  ["adamax", adamax],
  ["adam", adam],
  ["nadam", nadam],
];
const inTree = caseNames.filter((name) => name !== "lion"); // the example of the docs
const makerOf = (name: string): ((config: object) => OptimizerFactory) =>
  makers.find(([beginning]) => name.startsWith(beginning))?.[1] ?? expect.fail(`no optimizer for ${name}`);
const every = Object.entries({ sgd, adagrad, adadelta, rmsProp, adam, adamW, adamax, nadam }) as [
  string,
  (options?: OptimizerOptions) => OptimizerFactory,
][];

afterEach(() => {
  expect(openPrograms()).toBe(0);
  tf.disposeVariables();
});

/** What one update makes of some variables, at a learning rate of 0.1. */
async function updated(
  engine: string,
  values: tf.TensorLike[],
  gradients: tf.TensorLike[],
  factory: OptimizerFactory,
  { step = 1, factorOf }: { step?: number; factorOf?: RateFactors } = {},
): Promise<number[][]> {
  await tf.setBackend(engine);
  const weights = values.map((value, i) => tf.variable(tf.tensor(value), true, `weight${i}`));
  const optimizer = factory.for(weights);
  const given = new Map(weights.map((weight, i) => [weight, tf.tensor(gradients[i] as tf.TensorLike)]));
  const updates = optimizer.update(given, tf.scalar(0.1), tf.scalar(step), factorOf);
  const moved = weights.map((weight) => [...(updates.get(weight)?.dataSync() ?? [])]);
  tf.disposeVariables();
  return moved;
}

function expectNear(found: number[][], expected: number[][]): void {
  expect(found.map(({ length }) => length)).toEqual(expected.map(({ length }) => length));
  found.forEach((row, i) => {
    expect(largestDifference(row, expected[i] ?? [])).toBeLessThan(1e-5);
  });
}

describe.each(engines)("optimizers on %s", (engine) => {
  it.each(inTree)("%s moves the weights as Keras does, six times, compiled and op by op", async (name) => {
    await tf.setBackend(engine);
    expect(await differenceFromKeras(name, makerOf(name))).toBeLessThan(1e-5);
    if (engine === "tensorflow") expect(await differenceFromKeras(name, makerOf(name), "eager")).toBeLessThan(1e-5);
  });

  it("nadam's product of momenta is right far into a training, without being kept", async () => {
    // The slots begin anew, so that m = 0.1 g and v = 0.001 g²: what remains is the product of 700 momenta.
    const t = 700;
    const u = (i: number): number => 0.9 * (1 - 0.5 * 0.96 ** i);
    const product = (last: number): number => Array.from({ length: last }, (_, i) => u(i + 1)).reduce((a, b) => a * b);
    const mean = (u(t + 1) * 0.1) / (1 - product(t + 1)) + (1 - u(t)) / (1 - product(t));
    const expected = -0.1 * (mean / Math.sqrt(0.001 / (1 - 0.999 ** t)));
    expectNear(await updated(engine, [[0]], [[1]], nadam(), { step: t }), [[expected]]);
    const early = 5;
    const before = (u(early + 1) * 0.1) / (1 - product(early + 1)) + (1 - u(early)) / (1 - product(early));
    const there = -0.1 * (before / Math.sqrt(0.001 / (1 - 0.999 ** early)));
    expectNear(await updated(engine, [[0]], [[1]], nadam(), { step: early }), [[there]]);
  });

  it("sgd makes kernels smaller by lr * weightDecay of themselves, before the step, and spares biases", async () => {
    const decaying = sgd({ weightDecay: 0.5 });
    const found = await updated(engine, [[[2, -4, 0]], [2]], [[[0, 1, 1]], [1]], decaying);
    expectNear(found, [[2 * 0.95, -4 * 0.95 - 0.1, -0.1], [2 - 0.1]]);
  });

  it("adamW makes kernels smaller by lr * weightDecay of themselves, before the step, and spares biases", async () => {
    // The first step is lr * g / |g|, whatever the gradient's size.
    const decaying = adamW({ weightDecay: 0.5 });
    const found = await updated(engine, [[[2, -4, 0]], [2]], [[[0, 7, -0.3]], [5]], decaying);
    expectNear(found, [[2 * 0.95, -4 * 0.95 - 0.1, 0.1], [2 - 0.1]]);
  });

  it.each(every)("%s decays what it is told to, by lr * weightDecay", async (_, factory) => {
    const only = factory({ weightDecay: 0.5, decays: (weight) => weight.name === "weight1" });
    expectNear(await updated(engine, [[[2, -4]], [2]], [[[0, 0]], [0]], only), [[2, -4], [1.9]]); // prettier-ignore
  });

  it.each(every)("%s moves a weight of factor 0.2 as at a fifth of the rate, decay included", async (_, factory) => {
    const options = { weightDecay: 0.5, decays: everything };
    const [values, gradients] = [[[2, -4], [1]], [[0.3, -2], [4]]]; // prettier-ignore
    const factors = { factorOf: (weight: tf.Variable) => (weight.name === "weight0" ? 0.2 : 1) };
    const found = await updated(engine, values, gradients, factory(options), factors);
    const whole = await updated(engine, values, gradients, factory(options));
    const fifth = (at: number): number => (values[0]?.[at] ?? NaN) * 0.8 + (whole[0]?.[at] ?? NaN) * 0.2;
    expectNear(found, [[fifth(0), fifth(1)], whole[1] ?? []]);
    expect(whole[0]).not.toEqual(values[0]);
  });

  it.each(every)("%s refuses a weight that it was not made for", async (_, factory) => {
    await tf.setBackend(engine);
    const [known, other] = [tf.variable(tf.ones([2, 3])), tf.variable(tf.ones([2, 3]), true, "other")];
    const gradients = new Map([[other, tf.ones([2, 3])]]);
    expect(() => factory().for([known]).update(gradients, tf.scalar(0.1), tf.scalar(1))).toThrow(
      "the optimizer was not made for the weight other",
    );
  });

  // norms 5 and 12, together 13
  it.each([
    ["clipValue", { clipValue: 3.5 }, [[-3, 3.5], [3.5]]],
    ["clipNorm", { clipNorm: 2.5 }, [[-1.5, 2], [2.5]]],
    ["globalClipNorm", { globalClipNorm: 6.5 }, [[-1.5, 2], [6]]],
  ])("clips by %s before any rule", async (_, clip, expected) => {
    const moved = await updated(engine, [[0, 0], [0]], [[-3, 4], [12]], sgd(clip)); // prettier-ignore
    expectNear(moved, expected.map((row) => row.map((value) => -0.1 * value))); // prettier-ignore
  });

  it("momentum belongs to its weight: one that rests for a step neither moves nor mixes up the other's", async () => {
    await tf.setBackend(engine);
    const [a, b] = [tf.variable(tf.tensor1d([1, 2, 3]), true, "a"), tf.variable(tf.tensor1d([10]), true, "b")];
    const optimizer = sgd({ momentum: 0.5 }).for([a, b]);
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

describe("an optimizer without weights", () => {
  it.each([
    ["adam", "adam", 0.001],
    ["AdamW", "adamw", 0.001],
    ["SGD", "sgd", 0.01],
    ["RMSprop", "rmsprop", 0.001],
    ["Adagrad", "adagrad", 0.001],
    ["Adadelta", "adadelta", 0.001],
    ["Adamax", "adamax", 0.001],
    ["Nadam", "nadam", 0.001],
  ])("is found by Keras's name %s, with Keras's learning rate", (name, own, rate) => {
    expect(optimizerNamed(name)).toMatchObject({ name: own, learningRate: rate });
  });

  it("is taken as it is, and has the rate that it was made with", () => {
    const schedule = (step: number): number => 1 / (1 + step);
    expect(optimizerNamed(nadam({ learningRate: 0.3 })).learningRate).toBe(0.3);
    expect(adam({ learningRate: schedule }).learningRate).toBe(schedule);
  });

  it("must have a name that is known", () => {
    expect(() => optimizerNamed("adm")).toThrow('there is no optimizer "adm" (did you mean "adam"?); there are sgd,');
  });

  it.each([
    [{ clipNorm: 1, clipValue: 2 }, "clipValue and clipNorm exclude each other: give one"],
    [{ globalClipNorm: 0 }, "globalClipNorm: 0 clips everything away; give a number above 0"],
    [{ clipValue: NaN }, "clipValue: NaN"],
  ])("refuses %j", (options, message) => {
    expect(() => clipGradients(options)).toThrow(message);
    expect(() => adam(options)).toThrow(message);
  });
});
