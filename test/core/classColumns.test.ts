import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import { weightsByClass } from "../../src/core/classColumns.ts";
import { disposeWeights } from "../../src/core/namedWeights.ts";
import { loadEngine } from "../../src/engine/load.ts";

await loadEngine();

test("classes are found by their names between what stands before them and what stays behind them", () => {
  const input = tf.input({ shape: [1] });
  const scores = tf.layers.dense({ name: "scores", units: 5 }).apply(input) as tf.SymbolicTensor;
  const network = tf.model({ inputs: input, outputs: scores });
  network.setWeights([tf.tensor2d([[-1, -2, -3, -4, -5]]), tf.tensor1d([0, 0, 0, 0, 0])]);
  // Before: two classes, one output before them, one behind them.
  const kernel = { shape: [1, 4], values: Float32Array.of(10, 20, 30, 40) };
  const bias = { shape: [4], values: Float32Array.of(1, 2, 3, 4) };
  const { weights, says } = weightsByClass(
    new Map([
      ["scores/kernel", kernel],
      ["scores/bias", bias],
    ]),
    network,
    { before: ["A", "B"], after: ["B", "C", "A"], layers: [{ layer: "scores", leading: 1, trailing: 1 }] },
  );
  expect([...(weights.get("scores/kernel")?.values ?? [])]).toEqual([10, 30, -3, 20, 40]);
  expect([...(weights.get("scores/bias")?.values ?? [])]).toEqual([1, 3, 0, 2, 4]);
  expect(says).toBe("classes by their names, taken over: B, A, new: C");
  disposeWeights(network);
});
