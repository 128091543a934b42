import * as tf from "@tensorflow/tfjs";
import { afterEach, describe, expect, it } from "vitest";
import { Random } from "../../../src/base/random.ts";
import { compileProgram, openPrograms, type Program } from "../../../src/engine/graph/program.ts";
import { recordStep } from "../../../src/engine/graph/recorder.ts";
import type { NamedTensors, Step } from "../../../src/engine/graph/step.ts";
import { loadEngine } from "../../../src/engine/load.ts";
import { adadelta } from "../../../src/training/optimizers/adadelta.ts";
import { adagrad } from "../../../src/training/optimizers/adagrad.ts";
import { adam } from "../../../src/training/optimizers/adam.ts";
import { adamax } from "../../../src/training/optimizers/adamax.ts";
import { adamW } from "../../../src/training/optimizers/adamW.ts";
import { nadam } from "../../../src/training/optimizers/nadam.ts";
import type { Optimizer, OptimizerFactory, OptimizerOptions } from "../../../src/training/optimizers/optimizer.ts";
import { rmsProp } from "../../../src/training/optimizers/rmsProp.ts";
import { sgd } from "../../../src/training/optimizers/sgd.ts";
import { largestDifference } from "../../detection/support.ts";

const native = (await loadEngine()).name === "native";

/** How each optimizer is made, and the op of TensorFlow's that it is when compiled. */
const optimizers: [string, (options: OptimizerOptions) => OptimizerFactory, string | undefined][] = [
  ["sgd", sgd, "ResourceApplyGradientDescent"],
  ["momentum", (options) => sgd({ ...options, momentum: 0.8 }), "ResourceApplyKerasMomentum"],
  ["nesterov", (options) => sgd({ ...options, momentum: 0.8, nesterov: true }), "ResourceApplyKerasMomentum"],
  ["adagrad", adagrad, undefined],
  ["adadelta", adadelta, "ResourceApplyAdadelta"],
  ["rmsprop", (options) => rmsProp({ ...options, momentum: 0.5, centered: true }), undefined],
  ["adam", adam, "ResourceApplyAdam"],
  ["adam, amsgrad", (options) => adam({ ...options, amsgrad: true }), "ResourceApplyAdamWithAmsgrad"],
  ["adamw", (options) => adamW({ beta1: 0.8, beta2: 0.99, ...options }), "ResourceApplyAdam"],
  ["adamax", adamax, "ResourceApplyAdaMax"],
  ["nadam", nadam, "ResourceApplyAdam"],
];

/** Decay of kernels, clipping, and a weight that learns at a third of the rate. */
const options: OptimizerOptions = { weightDecay: 0.1, globalClipNorm: 3 };
const factorOf = ({ name }: tf.Variable): number => (name === "bias" ? 1 / 3 : 1);

interface Learning {
  weights: tf.Variable[];
  optimizer: Optimizer;
  variables: tf.Variable[];
  step: Step;
}

/** A kernel and a bias that pull towards 0, with what is fed added to their gradients. */
function learning(factory: OptimizerFactory): Learning {
  const random = new Random(7);
  const normals = (count: number): number[] => Array.from({ length: count }, () => random.normal());
  const weights = [
    tf.variable(tf.tensor2d(normals(35), [7, 5]), true, "kernel"),
    tf.variable(tf.tensor1d(normals(11)), true, "bias"),
  ];
  const optimizer = factory.for(weights);
  const scalar = { shape: [], dtype: "float32" as const };
  const step = {
    inputs: { noise: scalar, learningRate: scalar, step: scalar },
    run({ noise, learningRate, step }: NamedTensors) {
      const gradients = new Map(weights.map((weight) => [weight, weight.add(noise as tf.Tensor)]));
      const updates = optimizer.update(gradients, learningRate as tf.Scalar, step as tf.Scalar, factorOf);
      return { outputs: { sum: tf.addN(weights.map((weight) => weight.sum())) }, updates };
    },
  };
  return { weights, optimizer, variables: [...weights, ...optimizer.slots.map(({ variable }) => variable)], step };
}

function learn(program: Program, from: number, count: number): void {
  for (let step = from; step < from + count; step++) {
    const fed = { noise: tf.scalar(Math.sin(step)), learningRate: tf.scalar(0.02), step: tf.scalar(step) };
    tf.dispose([fed, program.run("step", fed)]);
  }
  program.pull();
}

const valuesOf = (variables: tf.Variable[]): number[][] => variables.map((variable) => [...variable.dataSync()]);

function assign(variables: tf.Variable[], values: number[][]): void {
  variables.forEach((variable, i) => {
    variable.assign(tf.tensor(values[i] ?? [], variable.shape));
  });
}

afterEach(() => {
  expect(openPrograms()).toBe(0);
  tf.disposeVariables();
});

describe.skipIf(!native).each(optimizers)("%s compiled", (_, make, op) => {
  it("moves weights and slots as op by op, early and late", async () => {
    const { step, variables } = learning(make(options));
    const begin = valuesOf(variables);
    const learnt = async (mode: "auto" | "eager"): Promise<number[][]> => {
      assign(variables, begin);
      const program = await compileProgram({ step }, { variables, mode });
      learn(program, 1, 6);
      learn(program, 300, 3);
      program.dispose();
      return valuesOf(variables);
    };
    const [compiled, eager] = [await learnt("auto"), await learnt("eager")];
    compiled.forEach((values, i) => {
      expect(largestDifference(values, eager[i] ?? [])).toBeLessThan(1e-5);
      expect(values).not.toEqual(begin[i]);
    });
  });

  it("goes on with the same bits in another program", async () => {
    const { step, variables } = learning(make(options));
    const [one, other] = [await compileProgram({ step }, { variables }), await compileProgram({ step }, { variables })];
    const begin = valuesOf(variables);
    learn(one, 1, 6);
    const whole = valuesOf(variables);
    assign(variables, begin);
    one.push();
    learn(one, 1, 3);
    other.push();
    learn(other, 4, 3);
    expect(valuesOf(variables)).toEqual(whole);
    one.dispose();
    other.dispose();
  });

  it(`is ${op ?? "plain ops"}`, () => {
    const { step, variables, weights } = learning(make(options));
    const { nodes } = recordStep("step", step, { variables, readAs: ({ name }) => `${name}:0` });
    const ops = nodes.map((node) => node.op).filter((name) => name.startsWith("Resource"));
    expect(ops).toEqual(op === undefined ? [] : weights.map(() => op));
  });
});
