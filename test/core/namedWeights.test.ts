import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { namedWeights, setWeights, type WeightValue } from "../../src/core/namedWeights.ts";
import { loadEngine } from "../../src/engine/load.ts";
import { TINY_NAMES, tinyModel, valuesOf } from "./tinyModel.ts";

beforeAll(() => loadEngine({ engine: "cpu" }));

/** The weights of a model, as a file would hold them, in reverse order and each value made larger by one. */
function largerByOne(model: tf.LayersModel): Map<string, WeightValue> {
  const weights = [...namedWeights(model)].reverse();
  return new Map(
    weights.map(([name, v]) => [name, { shape: v.shape, values: v.dataSync<"float32">().map((x) => x + 1) }]),
  );
}

describe("namedWeights", () => {
  it("has the names that the layers gave, however many networks were built before", () => {
    const [first, second] = [tinyModel(), tinyModel()];
    expect([...namedWeights(first).keys()]).toEqual(TINY_NAMES);
    expect([...namedWeights(second).keys()]).toEqual(TINY_NAMES);
    expect(namedWeights(second).get("down/kernel")?.name).not.toBe("down/kernel");
    expect(namedWeights(second).get("norm/beta")).toBe(second.getLayer("norm").weights[1]?.read());
  });

  it("refuses two weights of one name", () => {
    const input = tf.input({ shape: [3] });
    const inner = (): tf.LayersModel =>
      tf.sequential({ layers: [tf.layers.dense({ name: "twin", units: 3, inputShape: [3] })] });
    const both = tf.model({
      inputs: input,
      outputs: inner().apply(inner().apply(input)) as tf.SymbolicTensor,
      name: "both",
    });
    expect(() => namedWeights(both)).toThrow("namedWeights: both has two weights named twin/kernel");
  });
});

describe("setWeights", () => {
  it("goes by name, not by position, and leaves no tensors behind", () => {
    const model = tinyModel();
    const before = valuesOf(namedWeights(model));
    const given = largerByOne(model);
    const tensors = tf.memory().numTensors;
    setWeights(model, given, "a file");
    expect(tf.memory().numTensors).toBe(tensors);
    const expected = Object.entries(before).map(([name, values]) => [name, values.map((v) => Math.fround(v + 1))]);
    expect(valuesOf(namedWeights(model))).toEqual(Object.fromEntries(expected));
  });

  it.each<[string, (weights: Map<string, WeightValue>) => void, string]>([
    ["one is missing", (w) => w.delete("down/bias"), "down/bias is not in the file"],
    [
      "several are missing",
      (w) => {
        w.clear();
      },
      "down/kernel, down/bias and 4 more are not in the file",
    ],
    [
      "one is left over",
      (w) => w.set("top/bias", { shape: [1], values: Float32Array.of(1) }),
      "top/bias is not in the model",
    ],
    [
      "one has another shape of the same size",
      (w) => w.set("down/kernel", { shape: [4, 1, 2, 2], values: new Float32Array(16) }),
      "down/kernel has shape [4, 1, 2, 2], the model's has [2, 2, 2, 2]",
    ],
  ])("refuses them all when %s", (_, spoil, message) => {
    const model = tinyModel();
    const before = valuesOf(namedWeights(model));
    const given = largerByOne(model);
    spoil(given);
    expect(() => {
      setWeights(model, given, "runs/a: weights of b");
    }).toThrow(`runs/a: weights of b do not fit tiny: ${message}`);
    expect(valuesOf(namedWeights(model))).toEqual(before);
  });
});
