import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { afterAll, describe, expect, it } from "vitest";
import { Random } from "../../../src/base/random.ts";
import { loadEngine } from "../../../src/engine/load.ts";
import { drawInputs } from "../../../src/export/drawInputs.ts";
import { onnxFile } from "../../../src/export/onnx/onnxFile.ts";
import { readOnnxMetadata } from "../../../src/export/onnx/onnxMetadata.ts";
import { openOnnx } from "../../../src/export/onnx/onnxSession.ts";
import { readManifest } from "../../../src/export/readManifest.ts";
import { QUANTIZATIONS } from "../../../src/export/quantize/forms.ts";
import { openModel } from "../../../src/models.ts";
import { expectNothingLeft } from "../nothingLeft.ts";
import { classifier, clips, detector, forecaster, reader, segmenter } from "../untrainedModels.ts";

const native = (await loadEngine()).name === "native";
const folder = await mkdtemp(join(tmpdir(), "anchorkit-quantized-"));
afterAll(() => rm(folder, { recursive: true }));

/** The mean difference of two answers to the same inputs, over the mean deviation of the numbers of the first. */
function difference(here: tf.Tensor, there: tf.Tensor): number {
  return tf.tidy(() => {
    const spread = here.sub(here.mean()).abs().mean().dataSync()[0] ?? NaN;
    return (here.sub(there).abs().mean().dataSync()[0] ?? NaN) / spread;
  });
}

/** How large it may be in each form; nobody taught these models to be sure. */
const MOST = { half: 0.005, "int8-weights": 0.2, int8: 0.5 };

describe.skipIf(!native)("a quantized model", () => {
  expectNothingLeft();

  it.each([
    ["a detector", 1, detector()],
    ["a detector of several maps, whose layers are shared", 2, detector({ strides: [8, 16], backbone: "mobilenet-v2" })],
    ["a classifier", 3, classifier("small")],
    ["a classifier with a box, MobileNet V1", 1, classifier("mobilenet-v1", { box: true })],
    ["FCN-8s", 2, segmenter({ kind: "fcn", stride: 8, backbone: "small", width: 0.35 })],
    ["U-Net, transposed convolutions", 1, segmenter({ kind: "unet", filters: 8, depth: 3 })],
    ["clips", 1, clips("gru", true)],
    ["a reader", 2, reader("lstm")],
    ["a forecaster", 1, forecaster("gru")],
  ])("is smaller, says what it is, and answers nearly as the model: %s", async (_, batch, save) => {
    const model = await openModel(await save(folder), { batch: 1, precision: "float32" });
    const portable = model.portable(batch);
    const random = new Random(1);
    const samples = Array.from({ length: 4 }, () => drawInputs(portable, random));
    const whole = await onnxFile(portable);
    const session = await openOnnx(whole);
    const answers = await Promise.all(samples.map(async (inputs) => session.run(inputs)));
    await session.close();
    for (const form of QUANTIZATIONS) {
      const file = await onnxFile(portable, undefined, { quantization: { form, samples } });
      if (form === "int8" && model.kind === "detection") {
        expect(Buffer.compare(file, await onnxFile(portable, undefined, { quantization: { form, samples } }))).toBe(0);
      }
      if (whole.length > 200_000) expect(file.length).toBeLessThan(0.8 * whole.length);
      const path = join(folder, `${form}.onnx`);
      await writeFile(path, file);
      expect((await readOnnxMetadata(path)).get("quantization")).toBe(form);
      expect((await readManifest({ form: "onnx", place: path })).quantization).toBe(form);
      const opened = await openOnnx(file);
      for (const [i, inputs] of samples.entries()) {
        const there = await opened.run(inputs);
        for (const [name, here] of Object.entries(answers[i] ?? {})) {
          expect(there[name]?.shape).toEqual(here.shape);
          if (model.kind !== "detection" && name !== "labels" && name !== "boxes") {
            expect([name, form, difference(here, there[name] as tf.Tensor)]).toSatisfy((found: [string, string, number]) => found[2] < MOST[form]);
          }
        }
        tf.dispose(there);
      }
      await opened.close();
    }
    tf.dispose(answers);
    tf.dispose(samples);
    model.dispose();
  }); // prettier-ignore
});
