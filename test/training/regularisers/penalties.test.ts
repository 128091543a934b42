import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { Random } from "../../../src/base/random.ts";
import { compileProgram } from "../../../src/engine/graph/program.ts";
import { sgd } from "../../../src/training/optimizers/sgd.ts";
import { layerPenalties } from "../../../src/training/regularisers/layerPenalties.ts";
import { elasticNet, l1, l2, weightPenalty } from "../../../src/training/regularisers/penalty.ts";
import { trainStep } from "../../../src/training/steps.ts";
import { engines, largestDifference, on, oracleTensor } from "../../detection/support.ts";
import { penalties } from "../losses/lossCases.ts";

const dense = (name: string, config = {}): tf.layers.Layer =>
  tf.layers.dense({ name, units: 2, inputShape: [2], kernelInitializer: "ones", biasInitializer: "zeros", ...config });
const numberOf = (x: tf.Tensor | undefined): number => x?.dataSync()[0] ?? NaN;

describe.each(engines)("penalties of weights on %s", (engine) => {
  it.each(penalties)("l1 $l1 and l2 $l2 equal Keras, and the gradient too, at 0 as well", async (one) => {
    const { value, gradient } = await on(engine, () => {
      const { value: v, grad } = tf.valueAndGrad((w) => elasticNet(one)(w))(oracleTensor(one.weight));
      return { value: numberOf(v), gradient: grad.dataSync() };
    });
    expect(value).toBeCloseTo(one.penalty, 5);
    expect(largestDifference(gradient, one.gradient.data)).toBeLessThan(1e-6);
  });

  it("are of the kernels that train, or of the weights that are named", async () => {
    await tf.setBackend(engine);
    const frozen = dense("frozen");
    const model = tf.sequential({ layers: [dense("a", { biasInitializer: "ones" }), dense("b"), frozen] });
    frozen.trainable = false;
    const sums = tf.tidy(() => [
      numberOf(weightPenalty(model, l2(0.5))),
      numberOf(weightPenalty(model, l1(1), (name) => name === "a/bias")),
    ]);
    expect(sums).toEqual([4, 2]); // two kernels of four ones
    expect(() => weightPenalty(model, l2(), (name) => name.startsWith("frozen"))).toThrow("no weight of");
    expect(() => l2(-1)).toThrow("elasticNet: l2 is -1; give 0 or more");
    model.dispose();
  });

  it("that layers carry count once, those within models and wrappers too, and not those of frozen layers", async () => {
    await tf.setBackend(engine);
    const inner = tf.sequential({ layers: [dense("inner", { kernelRegularizer: tf.regularizers.l2({ l2: 0.25 }) })] });
    const each = dense("each", { biasInitializer: "ones", biasRegularizer: tf.regularizers.l1({ l1: 3 }) });
    const wrapped = tf.layers.timeDistributed({ name: "wrapped", layer: each, inputShape: [3, 2] });
    const recurrent = tf.layers.simpleRNN({
      ...{ name: "rnn", units: 2, kernelInitializer: "ones", recurrentInitializer: "ones" },
      recurrentRegularizer: tf.regularizers.l1l2({ l1: 1, l2: 1 }),
    });
    const frozen = dense("still", { kernelRegularizer: "l1l2" });
    const model = tf.sequential({ layers: [wrapped, recurrent, inner, frozen] });
    frozen.trainable = false;
    const shared = Object.getPrototypeOf(tf.regularizers.l1()) as object;
    const before = Object.getOwnPropertyDescriptor(shared, "apply");
    expect(tf.tidy(() => numberOf(layerPenalties(model)))).toBeCloseTo(0.25 * 4 + 3 * 2 + 2 * 4, 5);
    expect(Object.getOwnPropertyDescriptor(shared, "apply")).toEqual(before);
    const plain = tf.sequential({ layers: [dense("plain")] });
    expect(layerPenalties(plain)).toBeUndefined();
    tf.dispose([...model.weights, ...plain.weights].map((weight) => weight.read()));
  });

  it("that layers carry move the weights of a training step, and leave those at 0 where they are", async () => {
    await tf.setBackend(engine);
    const network = tf.sequential({
      layers: [dense("out", { kernelRegularizer: tf.regularizers.l2({ l2: 0.5 }), biasRegularizer: tf.regularizers.l1({ l1: 2 }) })],
    }); // prettier-ignore
    const weights = network.trainableWeights.map((weight) => weight.read() as unknown as tf.Variable);
    const optimizer = sgd().for(weights);
    const task = {
      network,
      losses: ({ x }: tf.NamedTensorMap) => ({ none: (x as tf.Tensor).sum().mul<tf.Scalar>(0) }),
    };
    const phase = { name: "all", from: 0, statistics: "batch" } as const;
    const step = trainStep(task, { x: { shape: [1], dtype: "float32" } }, { phase, weights, optimizer, clipNorm: 100 });
    const variables = [...weights, ...optimizer.slots.map(({ variable }) => variable)];
    const program = await compileProgram({ step }, { variables });
    const inputs = {
      x: tf.ones([1]),
      ...{ learningRate: tf.scalar(0.1), step: tf.scalar(1), seed: tf.scalar(new Random(1).int(9), "int32") },
    };
    const outputs = program.run("step", inputs);
    program.pull();
    program.dispose();
    expect(numberOf(outputs.penalties)).toBeCloseTo(0.5 * 4, 5);
    expect(numberOf(outputs.loss)).toBeCloseTo(2, 5);
    const [kernel, bias] = weights.map((weight) => [...weight.dataSync()]) as [number[], number[]];
    for (const value of kernel) expect(value).toBeCloseTo(0.9, 5); // 1 - 0.1 * 2 * 0.5
    for (const value of bias) expect(value).toBeCloseTo(0, 7);
    tf.dispose([inputs, outputs, ...variables]);
  });
});
