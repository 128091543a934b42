import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { loadModel, saveModel } from "../../src/core/checkpoint.ts";
import { BatchNorm } from "../../src/core/layers/batchNorm.ts";
import { Relu6 } from "../../src/core/layers/relu.ts";
import { TopDown } from "../../src/core/layers/topDown.ts";
import { loadEngine } from "../../src/engine/load.ts";

/** Convolution with stride 2, normalisation, ReLU6, and back up onto the input. */
function tinyModel(): tf.LayersModel {
  const input = tf.input({ shape: [null, null, 2] });
  const down = tf.layers.conv2d({ name: "down", filters: 2, kernelSize: 2, strides: 2 }).apply(input);
  const norm = new BatchNorm({ name: "norm", momentum: 0.5, initialGamma: 2 }).apply(down);
  const coarse = new Relu6({ name: "relu" }).apply(norm) as tf.SymbolicTensor;
  return tf.model({ inputs: input, outputs: new TopDown().apply([coarse, input]) as tf.SymbolicTensor, name: "tiny" });
}

describe("a saved model", () => {
  let folder: string;
  beforeAll(() => loadEngine({ engine: "cpu" }));
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "checkpoint-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("comes back with the same answers, moving averages included", async () => {
    const model = tinyModel();
    const x = tf.randomUniform([2, 6, 4, 2], 0, 1, "float32", 1);
    model.apply(x, { training: true }); // moves the averages
    await saveModel(model, folder);
    const loaded = await loadModel(folder);
    expect([...(loaded.predict(x) as tf.Tensor).dataSync()]).toEqual([...(model.predict(x) as tf.Tensor).dataSync()]);
    expect(loaded.layers.map((layer) => layer.name)).toEqual(model.layers.map((layer) => layer.name));
    expect((await readdir(folder)).sort()).toEqual(["model.json", "weights.bin"]);
  });

  it("is of the form that tf.loadLayersModel reads", async () => {
    const model = tinyModel();
    await saveModel(model, folder);
    const files: Record<string, Blob> = {
      "model.json": new Blob([await readFile(join(folder, "model.json"))]),
      "weights.bin": new Blob([await readFile(join(folder, "weights.bin"))]),
    };
    const fetchFunc = (url: string): Promise<Response> => {
      const body = files[url.split("/").at(-1) ?? ""];
      return Promise.resolve(new Response(body, { headers: { "content-type": "application/json" } }));
    };
    const loaded = await tf.loadLayersModel(
      tf.io.http("http://example.test/model.json", { fetchFunc: fetchFunc as never }),
    );
    expect(loaded.getWeights().map((weight) => [...weight.dataSync()])).toEqual(
      model.getWeights().map((weight) => [...weight.dataSync()]),
    );
  });

  it("is refused in one line when weights.bin is cut short", async () => {
    await saveModel(tinyModel(), folder);
    const { length } = await readFile(join(folder, "weights.bin"));
    await truncate(join(folder, "weights.bin"), length - 4);
    await expect(loadModel(folder)).rejects.toThrow(
      `${join(folder, "weights.bin")}: ${length - 4} bytes, and model.json speaks of ${length}: cut short, or of another model`,
    );
  });

  it("is refused when a shape is not the layer's, a class is unknown, or a file is missing", async () => {
    await saveModel(tinyModel(), folder);
    const path = join(folder, "model.json");
    const text = await readFile(path, "utf8");
    await writeFile(path, text.replace('"shape":[2,2,2,2]', '"shape":[4,2,2,1]'));
    await expect(loadModel(folder)).rejects.toThrow(`${path}: cannot be built: `);
    await writeFile(path, text.replace("Relu6", "Relu7"));
    await expect(loadModel(folder)).rejects.toThrow(/cannot be built: Unknown layer: .*Relu7/);
    await writeFile(path, text.replace('"weights.bin"', '"../weights.bin"'));
    await expect(loadModel(folder)).rejects.toThrow(/model\.json: weightsManifest: 0: paths: 0: /);
    await rm(path);
    await expect(loadModel(folder)).rejects.toThrow(`${path}: cannot be read: ENOENT`);
  });
});
