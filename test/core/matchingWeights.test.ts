import type * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { describeMatch, setMatchingWeights } from "../../src/core/matchingWeights.ts";
import { namedWeights, type WeightValue } from "../../src/core/namedWeights.ts";
import { loadEngine } from "../../src/engine/load.ts";
import { tinyModel, valuesOf } from "./tinyModel.ts";

beforeAll(() => loadEngine({ engine: "cpu" }));

/** The weights of a model, as a file would hold them, each value made larger by one. */
function largerByOne(model: tf.LayersModel): Map<string, WeightValue> {
  return new Map(
    [...namedWeights(model)].map(([name, v]) => [
      name,
      { shape: v.shape, values: v.dataSync<"float32">().map((x) => x + 1) },
    ]),
  );
}

describe("setMatchingWeights", () => {
  it("sets those that fit, and says which it did not", () => {
    const model = tinyModel({ kernel: 3 });
    const given = largerByOne(tinyModel({ kernel: 2 }));
    given.delete("norm/beta");
    given.set("head/bias", { shape: [1], values: Float32Array.of(1) });
    const kernel = [...(namedWeights(model).get("down/kernel")?.dataSync() ?? [])];
    const matched = setMatchingWeights(model, given);
    expect(matched).toEqual({
      set: ["down/bias", "norm/gamma", "norm/moving_mean", "norm/moving_variance"],
      missing: ["norm/beta"],
      unfit: ["down/kernel"],
      unused: ["head/bias"],
    });
    expect(valuesOf(namedWeights(model))).toEqual({
      "down/kernel": kernel,
      "down/bias": [1, 1],
      "norm/gamma": [3, 3],
      "norm/beta": [0, 0],
      "norm/moving_mean": [1, 1],
      "norm/moving_variance": [2, 2],
    });
  });
});

it("what was matched is said in a line, with the first few layers of each kind", () => {
  const weights = (layers: number): string[] =>
    Array.from({ length: layers }, (_, i) => [`fc${i + 1}/kernel`, `fc${i + 1}/bias`]).flat();
  const matched = { set: ["a/kernel", "b/kernel"], missing: weights(6), unfit: ["c/kernel"], unused: [] };
  expect(describeMatch(matched)).toBe(
    "2 of 15; from scratch: fc1, fc2, fc3, fc4, fc5, fc6; of another shape, so from scratch: c",
  );
  expect(describeMatch({ set: ["a/kernel"], missing: [], unfit: [], unused: weights(8) })).toBe(
    "1 of 1; left out: fc1, fc2, fc3, fc4, fc5 and 3 more layers",
  );
});
