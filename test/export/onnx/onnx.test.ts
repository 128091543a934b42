import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { loadEngine } from "../../../src/engine/load.ts";
import { onnxFile } from "../../../src/export/onnx/onnxFile.ts";
import { openOnnx } from "../../../src/export/onnx/onnxSession.ts";
import { verify } from "../../../src/export/verify.ts";
import { openModel } from "../../../src/models.ts";
import { expectAlike } from "../expectAlike.ts";
import { expectNothingLeft } from "../nothingLeft.ts";
import { classifier, clips, detector, forecaster, reader, segmenter } from "../untrainedModels.ts";

const native = (await loadEngine()).name === "native";
const folder = await mkdtemp(join(tmpdir(), "anchorkit-onnx-"));
afterAll(() => rm(folder, { recursive: true }));

describe.skipIf(!native)("a model as an ONNX file", () => {
  expectNothingLeft();

  it.each([
    ["a detector", 1, detector()],
    ["a detector, three images at once", 3, detector({ backbone: "mobilenet-v2" })],
    ["a detector of 80 classes with boxes of their own", 2, detector({ classes: 80, classSpecificBoxes: true })],
    ["a detector of one class, without voting", 1, detector({ classes: 1, votingThreshold: 1 })],
    ["a detector of several maps", 2, detector({ strides: [8, 16], backbone: "resnet18" })],
    ["a detector that finds nothing", 1, detector({ scoreThreshold: 1 })],
    ["a classifier", 2, classifier("small")],
    ["a classifier of several labels, MobileNet V1", 1, classifier("mobilenet-v1", { multiLabel: true })],
    ["a classifier with a box, MobileNet V3", 3, classifier("mobilenet-v3-small", { box: true })],
    ["a classifier, EfficientNet-B0", 1, classifier("efficientnet-b0")],
    ["a classifier, VGG16", 1, classifier("vgg16", { classes: 1 })],
    ["a classifier, ResNet-18", 1, classifier("resnet18")],
    ["FCN-8s", 2, segmenter({ kind: "fcn", stride: 8, backbone: "small", width: 0.35 })],
    ["FCN-32s of MobileNet V2", 1, segmenter({ kind: "fcn", stride: 32, backbone: "mobilenet-v2", width: 0.35 })],
    ["U-Net", 2, segmenter({ kind: "unet", filters: 4, depth: 3 }, { distance: true })],
    ["U-Net, valid", 1, segmenter({ kind: "unet", filters: 4, depth: 2, padding: "valid" }, { classes: 1 })],
    ["U-Net, nearest", 1, segmenter({ kind: "unet", filters: 4, depth: 2, upsampling: "nearest" })],
    ["U-Net, bilinear", 1, segmenter({ kind: "unet", filters: 4, depth: 2, upsampling: "bilinear" })],
    ["U-Net, unpooling", 2, segmenter({ kind: "unet", filters: 4, depth: 2, upsampling: "unpooling" })],
    ["U-Net, subpixel", 1, segmenter({ kind: "unet", filters: 4, depth: 2, upsampling: "subpixel" })],
    ["U-Net on a backbone", 1, segmenter({ kind: "unet", depth: 4, filters: 4, backbone: "small", width: 0.35 })],
    ["clips, LSTM", 2, clips("lstm", false)],
    ["clips, GRU, a class for each frame", 3, clips("gru", true)],
    ["clips, mean", 1, clips("mean", false)],
    ["a reader, LSTM", 2, reader("lstm")],
    ["a reader, GRU", 1, reader("gru")],
    ["a forecaster, GRU", 2, forecaster("gru")],
    ["a forecaster, LSTM", 1, forecaster("lstm")],
  ])("gives in onnxruntime what it gives here: %s, batch %i", async (what, batch, save) => {
    const model = await openModel(await save(folder), { batch: 1, precision: "float32" });
    const portable = model.portable(batch);
    const file = await onnxFile(portable);
    const session = await openOnnx(file);
    let given: string[] = [];
    const found = await verify(portable, async (inputs) => {
      const outputs = await session.run(inputs);
      given = Object.keys(outputs);
      return outputs;
    });
    await session.close();
    expect(Object.keys(portable.outputs).sort()).toEqual(given.sort());
    expect(Object.keys(portable.inputs).sort()).toEqual(Object.keys(portable.step.inputs).sort());
    expectAlike(found, what !== "a detector that finds nothing", 1e-4);
    model.dispose();
  });

  it.each([
    ["a detector", detector()],
    ["a reader, GRU", reader("gru")],
  ])("is the same, byte for byte, each time: %s", async (_, save) => {
    const model = await openModel(await save(folder), { batch: 1, precision: "float32" });
    const [one, other] = [await onnxFile(model.portable(1)), await onnxFile(model.portable(1))];
    expect(Buffer.compare(one, other)).toBe(0);
    model.dispose();
  });
});
