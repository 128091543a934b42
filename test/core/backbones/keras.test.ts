import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { Random } from "../../../src/base/random.ts";
import { buildBackbone } from "../../../src/core/backbones/index.ts";
import { readKerasWeights, setKerasWeights } from "../../../src/core/kerasWeights.ts";
import { loadEngine } from "../../../src/engine/load.ts";
import { readFixture } from "../oracle.ts";

interface FeatureCase {
  name: string;
  expected: { layer: string; shape: number[]; mean: number; std: number; first: number[]; last: number[] }[];
}

const folder = fileURLToPath(new URL("../../../../shared/data/backbones", import.meta.url));
const { cases } = readFixture("backbones.json") as { cases: FeatureCase[] };

/** x[0, i, j, c] = sin(0.1 i (c + 1)) cos(0.07 j), as the oracle's script has it. */
function oracleInput(): tf.Tensor {
  const values = Float32Array.from({ length: 96 * 96 * 3 }, (_, k) => {
    const [i, j, c] = [Math.floor(k / 288), Math.floor(k / 3) % 96, k % 3];
    return Math.sin(0.1 * i * (c + 1)) * Math.cos(0.07 * j);
  });
  return tf.tensor(values, [1, 96, 96, 3]);
}

describe.skipIf(!existsSync(folder))("features with Keras's ImageNet weights", () => {
  beforeAll(() => loadEngine());

  it.each(cases)("equal Keras's: $name", async ({ name, expected }) => {
    const keras = await readKerasWeights(`${folder}/${name}`);
    const backbone = buildBackbone(keras.model === "MobileNetV1" ? "mobilenet-v1" : "mobilenet-v2", {
      random: new Random(1),
      width: keras.width,
    });
    setKerasWeights(backbone, keras);
    const outputs = expected.map(({ layer }) => backbone.model.getLayer(layer).output as tf.SymbolicTensor);
    const maps = tf.model({ inputs: backbone.model.inputs, outputs }).predict(oracleInput()) as tf.Tensor[];
    for (const [i, { layer, shape, mean, std, first, last }] of expected.entries()) {
      const map = maps[i] as tf.Tensor;
      expect(map.shape, layer).toEqual(shape);
      const values = [...map.dataSync()];
      const average = values.reduce((sum, value) => sum + value, 0) / values.length;
      const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - average) ** 2, 0) / values.length);
      const actual = [...values.slice(0, 32), ...values.slice(-32), average, deviation];
      const differences = [...first, ...last, mean, std].map((value, k) => Math.abs(value - (actual[k] ?? NaN)));
      expect(Math.max(...differences) / std, layer).toBeLessThan(1e-4);
    }
    expect(outputs.slice(1).map((output) => output.name)).toEqual(
      backbone.features.slice(name.includes("v2") ? 0 : 1).map(({ output }) => output.name),
    );
  });
});
