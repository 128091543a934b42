import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { readWeights, saveModel } from "../../src/core/modelFiles.ts";
import { namedWeights, setWeights } from "../../src/core/namedWeights.ts";
import { loadEngine } from "../../src/engine/load.ts";
import { fill, TINY_NAMES, tinyModel, valuesOf } from "./tinyModel.ts";

describe("a saved model", () => {
  let folder: string;
  let path: { model: string; weights: string };
  beforeAll(() => loadEngine({ engine: "cpu" }));
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "model-"));
    path = { model: join(folder, "model.json"), weights: join(folder, "weights.bin") };
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("gives another network of its kind the same answers, moving averages included", async () => {
    const [model, other] = [tinyModel({ seed: 1 }), tinyModel({ seed: 2 })];
    const x = tf.randomUniform([2, 6, 4, 2], 0, 1, "float32", 1);
    model.apply(x, { training: true }); // moves the averages
    const sha256 = await saveModel(model, folder);
    expect(sha256).toBe(
      createHash("sha256")
        .update(await readFile(path.weights))
        .digest("hex"),
    );
    const weights = await readWeights(folder, { sha256 });
    expect([...weights.keys()]).toEqual(TINY_NAMES);
    expect(weights.get("down/kernel")?.shape).toEqual([2, 2, 2, 2]);
    setWeights(other, weights, folder);
    expect([...(other.predict(x) as tf.Tensor).dataSync()]).toEqual([...(model.predict(x) as tf.Tensor).dataSync()]);
    expect((await readdir(folder)).sort()).toEqual(["model.json", "weights.bin"]);
  });

  it("has averaged weights in place of others, which stay as they are", async () => {
    const model = tinyModel();
    const named = namedWeights(model);
    const before = valuesOf(named);
    const bias = named.get("down/bias") as tf.Variable;
    const average = tf.variable(tf.tensor([5, 7]), false);
    await saveModel(model, folder, { values: new Map([[bias, average]]) });
    expect(valuesOf(named)).toEqual(before);
    const weights = await readWeights(folder);
    expect([...(weights.get("down/bias")?.values ?? [])]).toEqual([5, 7]);
    expect([...(weights.get("down/kernel")?.values ?? [])]).toEqual(before["down/kernel"]);
  });

  it("is of the form that tf.loadLayersModel reads", async () => {
    const model = tinyModel();
    await saveModel(model, folder);
    const files: Record<string, Blob> = {
      "model.json": new Blob([await readFile(path.model)]),
      "weights.bin": new Blob([await readFile(path.weights)]),
    };
    const fetchFunc = (url: string): Promise<Response> => {
      const body = files[url.split("/").at(-1) ?? ""];
      return Promise.resolve(new Response(body, { headers: { "content-type": "application/json" } }));
    };
    const loaded = await tf.loadLayersModel(
      tf.io.http("http://example.test/model.json", { fetchFunc: fetchFunc as never }),
    );
    expect(valuesOf(namedWeights(loaded))).toEqual(valuesOf(namedWeights(model)));
    expect(loaded.layers.map((layer) => layer.name)).toEqual(model.layers.map((layer) => layer.name));
  });

  it.each([NaN, Infinity, -Infinity])("is not written where a weight holds %d", async (value) => {
    const model = tinyModel();
    fill(namedWeights(model).get("norm/beta"), (i) => (i === 1 ? value : 0));
    await expect(saveModel(model, folder)).rejects.toThrow(
      `${path.weights}: not written: norm/beta holds values that are not finite; `,
    );
    expect(await readdir(folder)).toEqual([]);
  });

  it("is refused when weights.bin is cut short", async () => {
    await saveModel(tinyModel(), folder);
    const { length } = await readFile(path.weights);
    await truncate(path.weights, length - 4);
    await expect(readWeights(folder)).rejects.toThrow(
      `${path.weights}: ${length - 4} bytes, and model.json speaks of ${length}: cut short, or of another model`,
    );
  });

  it("is refused when a bit of weights.bin is not what was saved", async () => {
    const sha256 = await saveModel(tinyModel(), folder);
    const bytes = await readFile(path.weights);
    bytes[21] = (bytes[21] ?? 0) ^ 4;
    await writeFile(path.weights, bytes);
    await expect(readWeights(folder, { sha256 })).rejects.toThrow(
      `${path.weights}: not the file that the description beside it speaks of: damaged, or of another training`,
    );
    expect((await readWeights(folder)).size).toBe(6); // nothing to compare with
  });

  it("is refused when a value is not finite, by the name of its weight", async () => {
    await saveModel(tinyModel(), folder);
    const bytes = await readFile(path.weights);
    await writeFile(path.weights, bytes.fill(0xff, 4 * 16, 4 * 18)); // the bias, behind a kernel of 16
    await expect(readWeights(folder)).rejects.toThrow(`${path.weights}: down/bias holds values that are not finite: `);
  });

  it.each([
    ["names another file", '"weights.bin"', '"../weights.bin"', "weightsManifest[0].paths[0]: "],
    ["has a name twice", '"norm/beta"', '"norm/gamma"', "weightsManifest[0].weights: a name is there twice"],
    ["has a name that breaks lines", '"norm/beta"', '"norm\\nbeta"', "weightsManifest[0].weights[3].name: "],
    ["has another type", '"float32"}', '"int32"}', "weightsManifest[0].weights[0].dtype: "],
    ["is no JSON", "{", "{\n{", "not JSON: "],
  ])("is refused in one line when model.json %s", async (_, from, to, message) => {
    await saveModel(tinyModel(), folder);
    const text = await readFile(path.model, "utf8");
    const at = text.indexOf("weightsManifest");
    const spoilt = from === "{" ? text.replace(from, to) : text.slice(0, at) + text.slice(at).replace(from, to);
    expect(spoilt).not.toBe(text);
    await writeFile(path.model, spoilt);
    const error: unknown = await readWeights(folder).catch((e: unknown) => e);
    expect(error).toHaveProperty("message", expect.stringContaining(`${path.model}: ${message}`));
    expect((error as Error).message).not.toContain("\n");
  });

  it("is refused when a file is missing", async () => {
    await saveModel(tinyModel(), folder);
    await rm(path.model);
    await expect(readWeights(folder)).rejects.toThrow(`${path.model}: there is no such file or folder`);
  });
});
