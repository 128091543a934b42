import { gzipSync } from "node:zlib";
import * as tf from "@tensorflow/tfjs";
import * as esbuild from "esbuild";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadModel } from "../../src/browser/loadModel.ts";
import { readManifest } from "../../src/browser/readManifest.ts";
import { loadEngine } from "../../src/engine/load.ts";
import type { ModelArtifacts } from "../../src/browser/tensorflowJs.ts";

const preprocessing = {
  ...{ canvas: { width: 6, height: 4 }, resize: "fit", fill: 7 },
  ...{ mean: [0, 0, 0], deviation: [1, 1, 1] },
};
const description = { model: "none", classes: ["dark", "bright"], preprocessing, multiLabel: false };
const manifest = { format: "anchorkit-export", version: 1, batch: 1, task: "classification", description };

/** A graph that gives the mean of the canvas, and 1 - it: of images 0 to 255, / 255. */
function meanModel(anchorkit: object = manifest): ModelArtifacts {
  const node = (name: string, op: string, input: string[] = [], attr: object = {}) => ({ name, op, input, attr });
  const float = { T: { type: "DT_FLOAT" } };
  const shape = { shape: { dim: [1, 4, 6, 3].map((size) => ({ size: String(size) })) } };
  const nodes = [
    node("images", "Placeholder", [], { dtype: { type: "DT_INT32" }, shape }),
    node("float", "Cast", ["images"], { SrcT: { type: "DT_INT32" }, DstT: { type: "DT_FLOAT" } }),
    node("axes", "Const", [], { dtype: { type: "DT_INT32" } }),
    node("scale", "Const", [], { dtype: { type: "DT_FLOAT" } }),
    node("mean", "Mean", ["float", "axes"], { ...float, keep_dims: { b: false } }),
    node("probabilities", "Mul", ["mean", "scale"], float),
  ];
  return {
    modelTopology: { node: nodes, versions: { producer: 1700 } },
    weightSpecs: [
      { name: "axes", shape: [3], dtype: "int32" },
      { name: "scale", shape: [2], dtype: "float32" },
    ],
    weightData: Uint8Array.from([...new Uint8Array(Int32Array.of(1, 2, 3).buffer), ...new Uint8Array(Float32Array.of(0.1, 0.9).buffer)]).buffer, // prettier-ignore
    userDefinedMetadata: { anchorkit },
  };
}

const from = (artifacts: ModelArtifacts) => ({ load: () => Promise.resolve(artifacts) });

/** A picture of one colour. */
function picture(width: number, height: number, color: readonly number[], alpha = 255) {
  const data = Uint8ClampedArray.from({ length: 4 * width * height }, (_, i) => color[i % 4] ?? alpha);
  return { width, height, data };
}

describe("loadModel", () => {
  let before = "";
  beforeAll(async () => {
    await loadEngine();
    before = tf.getBackend();
    await tf.setBackend("cpu");
  });
  afterAll(() => tf.setBackend(before));

  it("brings images to the canvas by the model's rule, runs the graph, and leaves no tensor behind", async () => {
    const weights = tf.memory().numTensors;
    const model = await loadModel(from(meanModel()), { tf, task: "classification" });
    const tensors = tf.memory().numTensors;
    const whole = await model.classify(picture(12, 8, [200, 100, 0]));
    expect([...whole.probabilities]).toEqual([expect.closeTo(10, 4), expect.closeTo(90, 4)]);
    expect(whole).toMatchObject({ named: [1], size: { width: 12, height: 8 } });
    // a square is 4 x 4 of 6 x 4 pixels; the rest is filled with 7
    const square = await model.classify(picture(40, 40, [100, 100, 100]));
    expect(square.probabilities[0]).toBeCloseTo((0.1 * (16 * 100 + 8 * 7)) / 24, 4);
    const glass = await model.classify(picture(6, 4, [100, 100, 100], 51)); // on white
    expect(glass.probabilities[0]).toBeCloseTo(0.1 * (100 * 0.2 + 255 * 0.8), 4);
    await expect(model.classify({ width: 2, height: 2, data: new Uint8Array(12) })).rejects.toThrow(
      "has 16 bytes, got 12",
    );
    expect(tf.memory().numTensors).toBe(tensors);
    model.dispose();
    expect(tf.memory().numTensors).toBe(weights);
  });

  it("refuses what it cannot run, and says what to do", async () => {
    const load = (anchorkit: object, task?: "detection") =>
      loadModel(from(meanModel(anchorkit)), task ? { tf, task } : { tf });
    await expect(load({})).rejects.toThrow("is no export of anchorkit; write one with detect export --to tfjs");
    await expect(load({ ...manifest, version: 2 })).rejects.toThrow("newer anchorkit");
    await expect(load({ ...manifest, batch: 2 })).rejects.toThrow("--batch 1");
    await expect(load({ ...manifest, task: "forecasting" })).rejects.toThrow("is for forecasting");
    await expect(load(manifest, "detection")).rejects.toThrow("is for classification, and detection is wanted");
    const cut = { ...meanModel(), weightData: new ArrayBuffer(8) };
    await expect(loadModel(from(cut), { tf })).rejects.toThrow("have 8 bytes, not 20; export the model again");
    await expect(loadModel({}, { tf })).rejects.toThrow("cannot be loaded, only saved");
    const offline = { load: () => Promise.reject(new Error("offline")) };
    await expect(loadModel(offline, { tf })).rejects.toThrow("the model could not be loaded: offline");
  });

  it("takes no metadata for a manifest that are none", () => {
    const wrong = fc.record(
      {
        ...{ format: fc.constant("anchorkit-export"), version: fc.constant(1), batch: fc.constant(1) },
        ...{ task: fc.anything(), description: fc.anything() },
      },
      { requiredKeys: ["format", "version", "batch"] },
    );
    fc.assert(
      fc.property(fc.oneof(fc.anything(), wrong), (value) => {
        expect(() => readManifest({ anchorkit: value }, "model.json")).toThrow(/^model\.json: /);
      }),
    );
  });
});

it("is a few kB, without TensorFlow.js and without anything of Node", async () => {
  const { outputFiles } = await esbuild.build({
    entryPoints: ["src/browser/index.ts"],
    ...{ bundle: true, minify: true, write: false, format: "esm", platform: "browser", logLevel: "silent" },
  });
  expect(gzipSync(outputFiles[0]?.contents ?? "").length).toBeLessThan(10_000);
});
