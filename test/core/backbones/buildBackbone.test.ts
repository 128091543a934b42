import { createHash } from "node:crypto";
import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Random } from "../../../src/base/random.ts";
import type { Backbone } from "../../../src/core/backbones/backbone.ts";
import { buildBackbone } from "../../../src/core/backbones/buildBackbone.ts";
import { BACKBONE_NAMES } from "../../../src/core/backbones/names.ts";
import { compileProgram } from "../../../src/engine/graph/program.ts";
import { loadEngine } from "../../../src/engine/load.ts";

/** Every weight's bytes, hashed. */
function digestOf(model: tf.LayersModel): string {
  const hash = createHash("sha256");
  for (const weight of model.getWeights()) hash.update(Buffer.from(weight.dataSync<"float32">().slice().buffer));
  return hash.digest("hex");
}

// What every backbone keeps to; a new one joins by its name.
describe.each(BACKBONE_NAMES)("the backbone %s", (name) => {
  const random = new Random(3);
  let backbone: Backbone;
  let taps: tf.LayersModel;

  beforeAll(async () => {
    await loadEngine();
    backbone = buildBackbone(name, { random, width: 0.35 });
    const { model, features } = backbone;
    taps = tf.model({ inputs: model.inputs, outputs: features.map(({ output }) => output) });
  });
  afterAll(() => {
    tf.disposeVariables();
  });

  it("has maps at strides 4, 8, 16 and 32, of as many channels as it says", () => {
    const { model, features } = backbone;
    expect(features.map(({ stride }) => stride)).toEqual([4, 8, 16, 32]);
    const maps = tf.tidy(() => taps.predict(tf.zeros([2, 64, 96, 3])) as tf.Tensor[]);
    expect(maps.map(({ shape }) => shape)).toEqual(
      features.map(({ stride, channels }) => [2, 64 / stride, 96 / stride, channels]),
    );
    expect(new Set(model.layers.map((layer) => layer.name)).size).toBe(model.layers.length);
    tf.dispose(maps);
  });

  it.each([
    [33, 47],
    [100, 75],
    [64, 32], // the smallest that can be trained
    [48, 80],
    [1, 1],
  ])("covers images of %i x %i to their last row and column", (height, width) => {
    const image = tf.buffer([2, height, width, 3]);
    image.set(100, 1, height - 1, width - 1, 0);
    const maps = tf.tidy(() => taps.predict(image.toTensor()) as tf.Tensor4D[]);
    expect(maps.map(({ shape }) => shape.slice(0, 3))).toEqual(
      [4, 8, 16, 32].map((stride) => [2, Math.ceil(height / stride), Math.ceil(width / stride)]),
    );
    for (const map of maps) {
      const [without, corner] = tf.tidy(() => map.slice([0, map.shape[1] - 1, map.shape[2] - 1], [2, 1, 1]).unstack());
      expect(
        tf.tidy(
          () =>
            tf
              .notEqual(without as tf.Tensor, corner as tf.Tensor)
              .any()
              .dataSync()[0],
        ),
      ).toBe(1);
      tf.dispose([without, corner] as tf.Tensor[]);
    }
    tf.dispose(maps);
  });

  it("draws its weights from the seed alone", () => {
    const again = new Random(3);
    const { model } = buildBackbone(name, { random: again, width: 0.35 });
    expect(digestOf(model)).toBe(digestOf(backbone.model));
    expect(again.state).toEqual(random.state);
    expect(again.state).not.toEqual(new Random(3).state);
    model.dispose();
  });

  it("says what its published weights expect of pixels, or that nothing is fixed", () => {
    expect(backbone).toHaveProperty("preprocessing");
    const { mean, deviation } = backbone.preprocessing ?? { mean: [0, 0, 0], deviation: [1, 1, 1] };
    expect([mean.length, deviation.length]).toEqual([3, 3]);
    for (const value of mean) expect(value).toBeGreaterThanOrEqual(0);
    for (const value of deviation) expect(value).toBeGreaterThan(0);
    const { bgrKernel } = backbone;
    if (bgrKernel !== undefined) expect(backbone.model.getLayer(bgrKernel).getWeights()[0]?.shape[2]).toBe(3);
  });

  it("can be recorded, and then gives what it gives layer by layer", async () => {
    const native = (await loadEngine()).name === "native";
    const step = {
      inputs: { images: { shape: [1, 64, 96, 3], dtype: "float32" as const } },
      run: ({ images }: Record<string, tf.Tensor>) => {
        const maps = taps.apply(images as tf.Tensor) as tf.Tensor[];
        return { outputs: Object.fromEntries(maps.map((map, i) => [`map${i}`, map])) };
      },
    };
    const variables = taps.weights.map((weight) => weight.read() as unknown as tf.Variable);
    const program = await compileProgram({ step }, { variables });
    expect(program.mode).toBe(native ? "graph" : "eager");
    const images = tf.randomUniform([1, 64, 96, 3], -1, 1, "float32", 5);
    const recorded = program.run("step", { images });
    const maps = taps.predict(images) as tf.Tensor[];
    for (const [i, map] of maps.entries()) {
      const [scale, off] = tf.tidy(() => [
        map.abs().max().dataSync()[0] ?? 0,
        map
          .sub(recorded[`map${i}`] as tf.Tensor)
          .abs()
          .max()
          .dataSync()[0] ?? NaN,
      ]);
      expect(scale).toBeGreaterThan(0);
      expect(off).toBeLessThan(1e-4 * scale);
    }
    tf.dispose([images, ...maps, ...Object.values(recorded)]);
    program.dispose();
  });
});
