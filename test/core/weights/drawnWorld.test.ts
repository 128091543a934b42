import * as tf from "@tensorflow/tfjs";
import { expect, it } from "vitest";
import { Random } from "../../../src/base/random.ts";
import { buildBackbone } from "../../../src/core/backbones/index.ts";
import { setMatchingWeights } from "../../../src/core/matchingWeights.ts";
import { disposeWeights } from "../../../src/core/namedWeights.ts";
import { DRAWN_WORLD } from "../../../src/core/weights/publishedFiles.ts";
import { readTensors } from "../../../src/core/weights/tensorFiles.ts";
import { locateWeights } from "../../../src/core/weights/weightCache.ts";
import { loadEngine } from "../../../src/engine/load.ts";

await loadEngine();

it("the weights that come with anchorkit are the whole small backbone, and its features are what they were", async () => {
  const { tensors, metadata } = await readTensors(await locateWeights(DRAWN_WORLD));
  expect(metadata).toEqual({ format: "anchorkit", backbone: "small" });
  const backbone = buildBackbone("small", { random: new Random(1) });
  const { missing, unfit, unused } = setMatchingWeights(backbone.model, tensors);
  expect([missing, unfit, unused]).toEqual([[], [], []]);
  const wave = tf.tidy(() => tf.range(0, 64 * 96 * 3).mul(0.37).sin().reshape<tf.Tensor4D>([1, 64, 96, 3])); // prettier-ignore
  const model = tf.model({ inputs: backbone.model.inputs, outputs: backbone.features.map(({ output }) => output) });
  const maps = model.predict(wave) as tf.Tensor4D[];
  const found = maps.map((map) => tf.tidy(() => [...map.slice([0, 1, 2, 3], [1, 1, 1, 2]).dataSync(), map.mean().dataSync()[0]])); // prettier-ignore
  for (const [i, numbers] of FEATURES.entries()) {
    for (const [j, number] of numbers.entries()) expect(found[i]?.[j]).toBeCloseTo(number, 3);
  }
  tf.dispose([wave, maps]);
  disposeWeights(backbone.model);
});

/** Of the maps of strides 4, 8, 16 and 32: two features in the second row, third column, and the mean of all. */
const FEATURES = [
  [0.0416, 0.108, 0.9359],
  [0.3356, 1.1929, 0.7866],
  [0, 0.2779, 0.4361],
  [0, 0.8946, 0.5452],
];
