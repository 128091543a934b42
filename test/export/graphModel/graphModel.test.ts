import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { afterAll, describe, expect, it } from "vitest";
import type { NamedTensors } from "../../../src/engine/graph/step.ts";
import { loadEngine } from "../../../src/engine/load.ts";
import { type GraphModelFiles, graphModelFiles } from "../../../src/export/graphModel/graphModelFiles.ts";
import { openGraphModel } from "../../../src/export/graphModel/openGraphModel.ts";
import { verify } from "../../../src/export/verify.ts";
import { openModel } from "../../../src/models.ts";
import { expectAlike } from "../expectAlike.ts";
import { classifier, clips, detector, forecaster, reader, segmenter } from "../untrainedModels.ts";

const native = (await loadEngine()).name === "native";
const folder = await mkdtemp(join(tmpdir(), "anchorkit-graph-model-"));
afterAll(() => rm(folder, { recursive: true }));

/** Runs the files with tfjs's executor, on the backend that computes in JavaScript; values go between the backends. */
async function onCpu(files: GraphModelFiles) {
  const opened = await within("cpu", () => openGraphModel(files));
  return {
    async run(inputs: NamedTensors): Promise<NamedTensors> {
      const fed = valuesOf(inputs);
      const found = await within("cpu", async () => {
        const tensors = tensorsOf(fed);
        const outputs = await opened.run(tensors);
        const values = valuesOf(outputs);
        tf.dispose([tensors, outputs]);
        return values;
      });
      return tensorsOf(found);
    },
    close: () => within("cpu", () => opened.close()),
  };
}

/** Runs something on another backend, and goes back. */
async function within<T>(backend: string, run: () => T | Promise<T>): Promise<T> {
  const before = tf.getBackend();
  await tf.setBackend(backend);
  try {
    return await run();
  } finally {
    await tf.setBackend(before);
  }
}

type Values = readonly (readonly [name: string, values: tf.TypedArray, shape: number[], dtype: tf.DataType])[];

function valuesOf(tensors: NamedTensors): Values {
  return Object.entries(tensors).map(([name, x]) => [name, x.dataSync(), x.shape, x.dtype]);
}

function tensorsOf(values: Values): NamedTensors {
  return Object.fromEntries(values.map(([name, data, shape, dtype]) => [name, tf.tensor(data, shape, dtype)]));
}

describe.skipIf(!native)("a model as a GraphModel of tfjs", { timeout: 120_000 }, () => {
  it.each([
    ["a detector", 1, detector()],
    [
      "a detector of several maps and classes with boxes of their own",
      2,
      detector({ strides: [8, 16], classes: 5, classSpecificBoxes: true }),
    ],
    ["a detector that finds nothing", 1, detector({ scoreThreshold: 1 })],
    ["a classifier with a box, MobileNet V3", 2, classifier("mobilenet-v3-small", { box: true })],
    ["a classifier, MobileNet V1", 1, classifier("mobilenet-v1", { multiLabel: true })],
    ["FCN-8s", 1, segmenter({ kind: "fcn", stride: 8, backbone: "small", width: 0.35 })],
    ["U-Net", 1, segmenter({ kind: "unet", filters: 4, depth: 2 }, { distance: true })],
    ["U-Net, valid, unpooling", 1, segmenter({ kind: "unet", filters: 4, depth: 2, upsampling: "unpooling" })],
    ["U-Net, subpixel", 1, segmenter({ kind: "unet", filters: 4, depth: 2, padding: "valid", upsampling: "subpixel" })],
    ["clips, LSTM", 1, clips("lstm", true)],
    ["a reader, GRU", 1, reader("gru")],
    ["a forecaster", 2, forecaster("lstm")],
  ])("gives in tfjs what it gives here: %s, batch %i", async (what, batch, save) => {
    const run = await openModel(await save(folder), { batch: 1, precision: "float32" });
    const portable = run.portable(batch);
    const files = await graphModelFiles(portable);
    const model = await onCpu(files);
    const found = await verify(portable, (inputs) => model.run(inputs));
    await model.close();
    expectAlike(found, what !== "a detector that finds nothing", 5e-4); // sums are added up in another order
    run.dispose();
  });

  it("is the same, byte for byte, each time", async () => {
    const run = await openModel(await detector()(folder), { batch: 1, precision: "float32" });
    const [one, other] = [await graphModelFiles(run.portable(1)), await graphModelFiles(run.portable(1))];
    for (const name of ["weights.bin", "model.json"] as const) expect(Buffer.compare(one[name], other[name])).toBe(0);
    run.dispose();
  });
});
