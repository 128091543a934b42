import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import {
  Activation,
  ACTIVATIONS,
  type ActivationName,
  Conv2D,
  DepthwiseConv2D,
  GroupNormalization,
  LayerNormalization,
  UpSampling2D,
} from "../../../src/core/index.ts";
import { largestDifference } from "../../detection/support.ts";

const reloaded = async (model: tf.LayersModel): Promise<tf.LayersModel> => {
  const loaded = await tf.models.modelFromJSON(JSON.parse(model.toJSON() as unknown as string) as never);
  loaded.setWeights(model.getWeights());
  return loaded;
};

describe("models of layers", () => {
  beforeAll(() => tf.setBackend("cpu"));

  it("come back from JSON with the same settings, weights and numbers", async () => {
    const depthwiseConstraint = tf.constraints.unitNorm({ axis: 0 });
    const model = tf.sequential({
      layers: [
        new Conv2D({ inputShape: [7, 6, 2], filters: 4, kernelSize: [3, 2], dilationRate: [2, 3], padding: "same", activation: "hardSwish" as never }),
        new DepthwiseConv2D({ kernelSize: 2, dilationRate: [1, 2], depthwiseConstraint }),
        new GroupNormalization({ groups: 2, epsilon: 0.01, center: false }),
        new UpSampling2D({ size: [2, 3], interpolation: "bilinear" }),
        new LayerNormalization({ axis: [1, -1], epsilon: 0.02, scale: false }),
        new Activation({ activation: "hard_sigmoid" }),
        new Activation({ activation: "gelu_tanh" }),
      ],
    }); // prettier-ignore
    expect(model.outputs[0]?.shape).toEqual([null, 12, 12, 4]);
    model.setWeights(model.getWeights().map((weight) => weight.clone())); // constraints hold from the first writing on
    const loaded = await reloaded(model);
    expect(loaded.layers.map((layer) => layer.getConfig())).toEqual(model.layers.map((layer) => layer.getConfig()));
    expect(loaded.layers.map((layer) => layer.constructor)).toEqual(model.layers.map((layer) => layer.constructor));
    const x = tf.randomNormal([2, 7, 6, 2], 0, 1, "float32", 3);
    const [y, again] = [model, loaded].map((one) => (one.predict(x) as tf.Tensor).dataSync());
    expect(largestDifference(y ?? [], again ?? [])).toBeLessThan(1e-6);
    expect(model.weights.map(({ originalName }) => originalName.split("/")[1])).toEqual(["kernel", "bias", "depthwise_kernel", "bias", "gamma", "beta"]); // prettier-ignore
  });

  it.each(["hard_swish", "hard_silu", "silu", "leaky_relu", "exponential", "gelu_tanh"] as const)(
    "take %s as the activation of any of tfjs's layers",
    async (name: ActivationName) => {
      const x = tf.tensor2d([[-4, -1.5, 0, 2, 3.5]]);
      const expected = ACTIVATIONS[name](x).dataSync();
      const model = tf.sequential({
        layers: [tf.layers.dense({ units: 5, inputShape: [5], activation: name as never, useBias: false })],
      });
      model.setWeights([tf.eye(5)]);
      for (const one of [model, await reloaded(model)]) {
        expect(largestDifference((one.predict(x) as tf.Tensor).dataSync(), expected)).toBeLessThan(1e-6);
      }
    },
  );

  it("keep tfjs's own hardSigmoid for its LSTMs", () => {
    const y = tf.layers.activation({ activation: "hardSigmoid" }).apply(tf.tensor1d([1])) as tf.Tensor;
    expect(y.dataSync<"float32">()[0]).toBeCloseTo(0.7, 6);
  });

  it("train dilated convolutions with tfjs's own fit", async () => {
    const model = tf.sequential({
      layers: [new Conv2D({ inputShape: [5, 5, 1], filters: 1, kernelSize: 3, dilationRate: 2, useBias: false })],
    });
    model.compile({ optimizer: tf.train.sgd(0.1), loss: "meanSquaredError" });
    const x = tf.randomNormal([32, 5, 5, 1], 0, 1, "float32", 1);
    const target = x.slice([0, 2, 4, 0], [-1, 1, 1, -1]); // the middle of the right side: row 1, column 2 of the kernel
    await model.fit(x, target, { epochs: 60, batchSize: 32, callbacks: {}, yieldEvery: "never" });
    const kernel = model.getWeights()[0]?.dataSync() ?? [];
    expect(largestDifference(kernel, [0, 0, 0, 0, 0, 1, 0, 0, 0])).toBeLessThan(0.05);
  });

  it.each<[() => unknown, string]>([
    [() => new GroupNormalization({ groups: 4, name: "g" }).apply(tf.zeros([1, 2, 6])), "GroupNormalization g: 6 channels cannot be divided into 4 groups; give groups that 6 is a multiple of, or -1"],
    [() => new GroupNormalization({ name: "g" }).apply(tf.zeros([1, 2, 6])), "6 channels cannot be divided into 32 groups"],
    [() => new GroupNormalization({ axis: 0, name: "g" }).apply(tf.zeros([1, 2])), "GroupNormalization g: axis 0 does not fit an input of rank 2"],
    [() => new LayerNormalization({ axis: 4, name: "l" }).apply(tf.zeros([1, 2])), "LayerNormalization l: axis 4 does not fit an input of rank 2"],
    [() => new LayerNormalization({ axis: [1, -1], name: "l" }).apply(tf.zeros([1, 2])), "LayerNormalization l: axis [1, -1] does not fit"],
    [() => new UpSampling2D({ size: [2, 0.5], name: "u" }), "UpSampling2D u: size must be one or two whole numbers of 1 or more, got [2, 0.5]"],
    [() => new UpSampling2D({ interpolation: "bicubic" as never, name: "u" }), 'UpSampling2D u: interpolation must be nearest or bilinear, got "bicubic"'],
    [() => new Activation({ activation: "relu7" as never }), 'Activation: there is no activation "relu7"; there are linear, relu,'],
    [() => new Conv2D({ filters: 1, kernelSize: 3, strides: 2, dilationRate: 2, name: "c" }), "Conv2D c: strides 2, 2 and dilationRate 2, 2 cannot both exceed 1"],
    [() => new Activation({ activation: "relu", name: "a" }).apply([tf.zeros([1]), tf.zeros([1])]), "Activation a: takes one tensor, got 2"],
  ])("are refused in one line where they make no sense: %#", (make, message) => {
    expect(make).toThrow(message);
  }); // prettier-ignore
});
