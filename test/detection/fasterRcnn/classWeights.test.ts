import * as tf from "@tensorflow/tfjs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { disposeWeights } from "../../../src/core/namedWeights.ts";
import { classWeights } from "../../../src/detection/fasterRcnn/classWeights.ts";
import type { Architecture } from "../../../src/detection/fasterRcnn/description.ts";
import { loadEngine } from "../../../src/engine/load.ts";

const ROWS = 2;
const architecture = (classSpecificBoxes: boolean): Architecture => ({
  ...{ backbone: "small", width: 1, channels: 8, hidden: ROWS, pooled: 2, classSpecificBoxes },
});

/** Layers of the box head for three classes, whose weights are all -1. */
let network: tf.LayersModel;
beforeEach(async () => {
  await loadEngine({ engine: "cpu" });
  const layer = (name: string, units: number): tf.layers.Layer => {
    const fill = tf.initializers.constant({ value: -1 });
    return tf.layers.dense({ name, units, kernelInitializer: fill, biasInitializer: fill });
  };
  const input = tf.input({ shape: [ROWS] });
  const outputs = [layer("head_classes", 4), layer("head_boxes", 12)].map((one) => one.apply(input));
  network = tf.model({ inputs: input, outputs: outputs as tf.SymbolicTensor[] });
});
afterEach(() => {
  disposeWeights(network);
});

/** Weights in which each value tells its row and its column: 100 * row + column. */
function numbered(classes: number): Map<string, { shape: number[]; values: Float32Array }> {
  const table = (rows: number, columns: number): Float32Array =>
    Float32Array.from({ length: rows * columns }, (_, i) => 100 * Math.floor(i / columns) + (i % columns));
  return new Map(
    [["head_classes", classes + 1] as const, ["head_boxes", 4 * classes] as const].flatMap(([name, columns]) => [
      [`${name}/kernel`, { shape: [ROWS, columns], values: table(ROWS, columns) }],
      [`${name}/bias`, { shape: [columns], values: table(1, columns) }],
    ]),
  );
}

test("what belongs to a class is found by its name; new classes keep the network's own values", () => {
  const before = { classes: ["cat", "dog"], architecture: architecture(true) };
  const { weights, says } = classWeights(numbered(2), network, before, ["dog", "emu", "cat"]);
  expect(says).toBe("classes by their names, taken over: dog, cat, new: emu");
  expect(Object.fromEntries([...weights].map(([name, { values }]) => [name, [...values]]))).toEqual({
    "head_classes/kernel": [0, 2, -1, 1, 100, 102, -1, 101],
    "head_classes/bias": [0, 2, -1, 1],
    "head_boxes/kernel": [
      4, 5, 6, 7, -1, -1, -1, -1, 0, 1, 2, 3, 104, 105, 106, 107, -1, -1, -1, -1, 100, 101, 102, 103,
    ],
    "head_boxes/bias": [4, 5, 6, 7, -1, -1, -1, -1, 0, 1, 2, 3],
  });
  expect(weights.get("head_boxes/kernel")?.shape).toEqual([ROWS, 12]);
});

test("boxes that serve all classes stay, as do all weights for the same classes", () => {
  const before = { classes: ["cat", "dog"], architecture: architecture(false) };
  const given = numbered(2);
  const { weights } = classWeights(given, network, before, ["dog", "emu", "cat"]);
  expect(weights.get("head_boxes/kernel")).toBe(given.get("head_boxes/kernel"));
  expect(classWeights(given, network, before, ["cat", "dog"])).toEqual({ weights: given });
});

test("without a class in common, the layers of the classes are left out, however many there are", () => {
  const before = { classes: ["a", "b", "c"], architecture: architecture(true) };
  const { weights, says } = classWeights(numbered(3), network, before, ["cat", "dog", "emu"]);
  expect([[...weights.keys()], says]).toEqual([[], undefined]);
});
