import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Backbone } from "../../src/core/backbones/index.ts";
import { readKerasWeights, setKerasWeights } from "../../src/core/kerasWeights.ts";
import { loadEngine } from "../../src/engine/load.ts";

/** A model of one 1x1 convolution from 3 channels to 1, with a bias. */
function tinyBackbone(): Backbone {
  const input = tf.input({ shape: [null, null, 3] });
  const output = tf.layers.conv2d({ name: "stem", filters: 1, kernelSize: 1 }).apply(input) as tf.SymbolicTensor;
  const model = tf.model({ inputs: input, outputs: output, name: "tiny" });
  return { model, features: [], preprocessing: undefined };
}

const KERNEL = { name: "stem/kernel", shape: [1, 1, 3, 1], dtype: "float32", offset: 4 };
const BIAS = { name: "stem/bias", shape: [1], dtype: "float32", offset: 0 };

describe("Keras weights", () => {
  let folder: string;
  beforeAll(() => loadEngine({ engine: "cpu" }));
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "keras-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const read = async (weights: unknown, values = [9, 1, 2, 3]) => {
    await writeFile(join(folder, "weights.json"), JSON.stringify({ model: "Tiny", alpha: 0.5, weights }));
    await writeFile(join(folder, "weights.bin"), new Uint8Array(Float32Array.from(values).buffer));
    return readKerasWeights(folder);
  };

  it("go to the layers of their names", async () => {
    const backbone = tinyBackbone();
    const weights = await read([KERNEL, BIAS]);
    expect([weights.model, weights.width]).toEqual(["Tiny", 0.5]);
    setKerasWeights(backbone, weights);
    expect(backbone.model.getWeights().map((weight) => [...weight.dataSync()])).toEqual([[1, 2, 3], [9]]);
  });

  it("are turned round from blue, green, red where the network was trained so", async () => {
    const backbone = { ...tinyBackbone(), bgrKernel: "stem" };
    setKerasWeights(backbone, await read([KERNEL, BIAS]));
    expect([...(backbone.model.getWeights()[0] as tf.Tensor).dataSync()]).toEqual([3, 2, 1]);
  });

  it("are refused with values that are not finite", async () => {
    const given = await read([KERNEL, BIAS], [9, 1, NaN, 3]);
    expect(() => {
      setKerasWeights(tinyBackbone(), given);
    }).toThrow(`${folder}: stem/kernel holds values that are not finite: damaged`);
  });

  it.each<[string, unknown[], string]>([
    ["missing", [KERNEL], "stem/bias is not in the file"],
    ["left over", [KERNEL, BIAS, { ...BIAS, name: "top/bias" }], "top/bias is not in the model"],
    [
      "of another shape",
      [{ ...KERNEL, shape: [1, 3, 1, 1] }, BIAS],
      "stem/kernel has shape [1, 3, 1, 1], the model's has [1, 1, 3, 1]",
    ],
  ])("are refused when one is %s, and nothing is changed", async (_, weights, message) => {
    const backbone = tinyBackbone();
    const before = backbone.model.getWeights().map((weight) => [...weight.dataSync()]);
    const given = await read(weights);
    expect(() => {
      setKerasWeights(backbone, given);
    }).toThrow(`${folder}: weights of Tiny do not fit tiny: ${message}`);
    expect(backbone.model.getWeights().map((weight) => [...weight.dataSync()])).toEqual(before);
  });

  it("are refused when the files are cut short, of another form or not there", async () => {
    await expect(read([KERNEL, BIAS], [9, 1, 2])).rejects.toThrow(
      `${join(folder, "weights.bin")}: stem/kernel needs bytes up to 16, and the file has 12`,
    );
    await expect(read([{ ...BIAS, dtype: "float16" }])).rejects.toThrow(
      /weights\.json: weights\[0\]\.dtype: must be float32, got "float16"/,
    );
    await expect(read([BIAS, BIAS])).rejects.toThrow(/weights\.json: stem\/bias is there twice/);
    await writeFile(join(folder, "weights.json"), "{");
    await expect(readKerasWeights(folder)).rejects.toThrow(/weights\.json: not JSON: /);
    await rm(join(folder, "weights.json"));
    await expect(readKerasWeights(folder)).rejects.toThrow(/weights\.json: there is no such file or folder/);
  });
});
