import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { Random } from "../../../src/base/random.ts";
import { buildBackbone } from "../../../src/core/backbones/index.ts";
import { loadEngine } from "../../../src/engine/load.ts";

const build = (seed: number) => buildBackbone("small", { random: new Random(seed) });

describe("the small backbone", () => {
  beforeAll(() => loadEngine());

  it("has maps at strides 4 to 32, and rounds odd sizes up", () => {
    const { model, features } = build(1);
    expect(features.map(({ stride, channels }) => [stride, channels])).toEqual([
      [4, 40],
      [8, 80],
      [16, 128],
      [32, 160],
    ]);
    const taps = tf.model({ inputs: model.inputs, outputs: features.map(({ output }) => output) });
    const maps = taps.predict(tf.zeros([2, 65, 96, 3])) as tf.Tensor[];
    expect(maps.map((map) => map.shape.slice(1, 3))).toEqual([
      [17, 24],
      [9, 12],
      [5, 6],
      [3, 3],
    ]);
  });

  it("has readable layer names and the weights of its description", () => {
    const { model } = build(1);
    const names = model.layers.map((layer) => layer.name);
    expect(names.slice(0, 6)).toEqual([
      "image",
      "stage1_conv",
      "stage1_conv_bn",
      "stage1_conv_relu",
      "stage2_conv",
      "stage2_conv_bn",
    ]);
    expect(names.at(-1)).toBe("stage5_block1_relu");
    const gamma = model.getLayer("stage3_block2_conv2_bn").getWeights()[0]?.dataSync();
    expect([...(gamma ?? [])]).toEqual(Array(80).fill(0.5));
    expect(model.weights.every((weight) => !weight.originalName.endsWith("bias"))).toBe(true);
  });

  it("draws weights of He's deviation", () => {
    const weight = build(7).model.getLayer("stage5_block1_conv1").getWeights()[0] as tf.Tensor;
    const kernel = weight.dataSync<"float32">();
    const squares = kernel.reduce((sum, value) => sum + value ** 2, 0);
    expect((squares / kernel.length) * 9 * 160).toBeCloseTo(2, 1); // variance 2 / fan-in
  });
});
