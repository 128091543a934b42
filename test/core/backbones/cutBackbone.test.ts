import * as tf from "@tensorflow/tfjs";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { Random } from "../../../src/base/random.ts";
import { buildBackbone } from "../../../src/core/backbones/buildBackbone.ts";
import { cutBackbone } from "../../../src/core/backbones/cutBackbone.ts";
import { setKerasWeights } from "../../../src/core/kerasWeights.ts";
import { namedWeights, weightValues } from "../../../src/core/namedWeights.ts";
import { loadEngine } from "../../../src/engine/load.ts";

const build = (seed: number) => buildBackbone("mobilenet-v2", { random: new Random(seed), width: 0.35 });

describe("a backbone that is cut", () => {
  beforeAll(() => loadEngine());
  afterEach(() => {
    tf.disposeVariables();
  });

  it("ends with the map of the stride, gives back the rest's weights, and takes those of the whole", () => {
    const whole = build(1);
    const before = tf.memory().numTensors;
    const cut = cutBackbone(build(2), 8);
    expect(cut.features.map(({ stride }) => stride)).toEqual([4, 8]);
    expect(tf.memory().numTensors - before).toBe(cut.model.weights.length);

    const weights = weightValues(whole.model);
    expect(cut.leftOut).toEqual([...weights.keys()].filter((name) => !namedWeights(cut.model).has(name)));
    setKerasWeights(cut, { path: "folder", model: "MobileNetV2", width: 0.35, leftOut: [], weights });
    const x = tf.randomNormal([1, 32, 40, 3], 0, 1, "float32", 1);
    const outputs = whole.features[1]?.output as tf.SymbolicTensor;
    const expected = tf.model({ inputs: whole.model.inputs, outputs }).predict(x) as tf.Tensor;
    const map = cut.model.predict(x) as tf.Tensor;
    expect(map.shape).toEqual([1, 4, 5, cut.features[1]?.channels]);
    expect([...map.dataSync()]).toEqual([...expected.dataSync()]);
    const unknown = new Map([...weights, ["stray/kernel", { shape: [1], values: new Float32Array(1) }]]);
    expect(() => {
      setKerasWeights(cut, { path: "folder", model: "MobileNetV2", width: 0.35, leftOut: [], weights: unknown });
    }).toThrow("stray/kernel is not in the model");
  });

  it("is itself at its last map, and refuses a stride that it has not", () => {
    const whole = build(1);
    expect(cutBackbone(whole, 32)).toBe(whole);
    const before = tf.memory().numTensors;
    expect(() => cutBackbone(build(2), 2)).toThrow("mobilenet_v2 has no map of stride 2; there are those of 4, 8, 16, 32");
    expect(() => cutBackbone(build(2), 64)).toThrow("no map of stride 64");
    expect(tf.memory().numTensors).toBe(before);
  }); // prettier-ignore
});
