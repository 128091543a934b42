import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import sharp from "sharp";
import { afterAll, describe, expect, it } from "vitest";
import { type Preprocessing, RESIZE_RULES } from "../../../src/base/preprocessing.ts";
import { Random } from "../../../src/base/random.ts";
import type { NamedTensors } from "../../../src/engine/graph/step.ts";
import { openSavedModel as openGraph } from "../../../src/engine/graph/session.ts";
import { mean } from "../../../src/base/statistics.ts";
import { canvasSpec } from "../../../src/core/ops/images.ts";
import { sizesSpec } from "../../../src/core/ops/placement.ts";
import { canvasBatch } from "../../../src/data/images/canvasImages.ts";
import { readFitted } from "../../../src/data/images/fittedFiles.ts";
import { loadEngine } from "../../../src/engine/load.ts";
import { drawInputs } from "../../../src/export/drawInputs.ts";
import { MANIFEST_FILE } from "../../../src/export/savedModel/manifestFile.ts";
import { openSavedModel } from "../../../src/export/savedModel/openSavedModel.ts";
import { IMAGES, type PortableModel, SIZES } from "../../../src/export/portableModel.ts";
import { savedModelFiles } from "../../../src/export/savedModel/savedModelFiles.ts";
import { verify } from "../../../src/export/verify.ts";
import { openModel } from "../../../src/models.ts";
import { expectAlike } from "../expectAlike.ts";
import { expectNothingLeft } from "../nothingLeft.ts";
import { classifier, clips, detector, forecaster, reader, segmenter } from "../untrainedModels.ts";

const native = (await loadEngine()).name === "native";
const folder = await mkdtemp(join(tmpdir(), "anchorkit-saved-model-"));
afterAll(() => rm(folder, { recursive: true }));

/** Writes the files, and gives their folder. */
async function written(files: object): Promise<string> {
  const into = await mkdtemp(join(folder, "model-"));
  for (const [name, bytes] of Object.entries(files)) {
    await mkdir(dirname(join(into, name)), { recursive: true });
    await writeFile(join(into, name), bytes as Uint8Array);
  }
  return into;
}

describe.skipIf(!native)("a model as a SavedModel", () => {
  expectNothingLeft();

  it.each([
    ["a detector", detector()],
    ["a detector of one class, ResNet", detector({ backbone: "resnet18", classes: 1, strides: [8, 16] })],
    ["a detector of 80 classes with boxes of their own", detector({ classes: 80, classSpecificBoxes: true })],
    ["a detector that finds nothing", detector({ scoreThreshold: 1 })],
    ["a classifier with a box, MobileNet V3", classifier("mobilenet-v3-small", { box: true })],
    ["a classifier, EfficientNet", classifier("efficientnet-b0", { multiLabel: true })],
    ["FCN-8s", segmenter({ kind: "fcn", stride: 8, backbone: "small", width: 0.35 })],
    ["U-Net", segmenter({ kind: "unet", filters: 4, depth: 2 }, { distance: true })],
    ["U-Net, unpooling", segmenter({ kind: "unet", filters: 4, depth: 2, upsampling: "unpooling" })],
    ["U-Net, subpixel", segmenter({ kind: "unet", filters: 4, depth: 2, padding: "valid", upsampling: "subpixel" })],
    ["clips, LSTM", clips("lstm", true)],
    ["clips, mean", clips("mean", false)],
    ["a reader, GRU", reader("gru")],
    ["a forecaster", forecaster("lstm")],
  ])("gives in TensorFlow what it gives here: %s", async (what, save) => {
    const run = await openModel(await save(folder), { batch: 1, precision: "float32" });
    const portable = run.portable(1);
    const files = await savedModelFiles(portable, { seed: 1 });
    const model = await openSavedModel(await written(files));
    expectAlike(await verify(portable, (inputs) => model.run(inputs)), what !== "a detector that finds nothing", 2e-4);

    const three = await Promise.all([1, 2, 3].map(async (seed) => {
      const inputs = drawInputs(portable, new Random(seed));
      return { inputs, outputs: await model.run(inputs) };
    })); // prettier-ignore
    const joined = joinedOf(three.map(({ inputs }) => inputs));
    const together = await model.run(joined);
    // One sample is computed in another order than one of several.
    three.forEach(({ outputs }, i) => {
      const own = tf.tidy(() =>
        Object.fromEntries(Object.entries(together).map(([name, x]) => [name, x.slice([i], [1])])),
      );
      if (portable.compare) expectAlike({ ...portable.compare(outputs, own), detections: 1 }, true, 5e-4);
      else for (const [name, x] of Object.entries(own)) expect(farthest(x, outputs[name])).toBeLessThan(5e-4);
      tf.dispose(own);
    });
    expect(Object.values(together).map(({ shape }) => shape[0])).toEqual(Object.keys(together).map(() => 3));
    tf.dispose([three.map(({ inputs, outputs }) => [inputs, outputs]), joined, together]);
    await model.close();

    run.dispose();
  });

  it.each([
    ["a detector", detector()],
    ["clips, LSTM", clips("lstm", true)],
  ])("is the same, byte for byte, each time: %s", async (_, save) => {
    const run = await openModel(await save(folder), { batch: 1, precision: "float32" });
    const portable = run.portable(1);
    const [one, other] = [await savedModelFiles(portable, { seed: 1 }), await savedModelFiles(portable, { seed: 1 })];
    expect(Buffer.compare(one["saved_model.pb"], other["saved_model.pb"])).toBe(0);
    expect(one[MANIFEST_FILE]).toEqual(other[MANIFEST_FILE]);
    run.dispose();
  });

  /** A model that gives what it is fed. */
  const echo = (preprocessing: Preprocessing): PortableModel => ({
    ...{ kind: "echo", batch: 1, description: { model: "echo", classes: [] }, weights: new Map(), preprocessing },
    step: {
      inputs: {
        images: canvasSpec(1, preprocessing, "uint8"),
        sizes: sizesSpec(1),
        widths: { shape: [1, 1], dtype: "float32" },
      },
      run: ({ images, sizes, widths }) => ({
        outputs: {
          ...{ pixels: (images as tf.Tensor).toFloat(), sizes: tf.mul(sizes as tf.Tensor, 1) },
          widths: tf.mul(widths as tf.Tensor, 1),
        },
      }),
    },
    inputs: { images: IMAGES, sizes: SIZES, widths: { ...SIZES, says: "width" } },
    outputs: { pixels: "", sizes: "", widths: "" },
  });

  it.each([...RESIZE_RULES, "line"] as const)("brings files to the canvas as it is done here: %s", async (resize) => {
    const canvas = { width: 96, height: 64 };
    const preprocessing: Preprocessing = { canvas, resize, fill: 77, mean: [0, 0, 0], deviation: [1, 1, 1] };
    const pictures = await draw();
    const files = Object.values(pictures);
    const broken = [(await readFile(files[0] as string)).subarray(0, 700), Buffer.alloc(0), Buffer.from("no image")];
    const bytes = [...broken, ...(await Promise.all(files.map((file) => readFile(file))))];

    const session = openGraph(await written(await savedModelFiles(echo(preprocessing))));
    const asked = tf.tensor1d(bytes, "string");
    const outputs = ["pixels", "sizes", "widths", "readable"].map((name) => `serving_default/output/${name}:0`);
    const found = session.run([{ to: "serving_default/image_bytes:0", value: asked }], outputs);
    session.close();
    const [pixels, sizes, widths, readable] = found.map((tensor) => [...tensor.dataSync()]) as [number[], number[], number[], number[]]; // prettier-ignore
    tf.dispose([asked, found]);

    expect(readable).toEqual([...broken.map(() => 0), ...files.map(() => 1)]);
    const area = canvas.width * canvas.height * 3;
    expect(pixels.slice(0, broken.length * area).filter((value) => value !== 0)).toEqual([]);
    for (const [i, [name, file]] of Object.entries(pictures).entries()) {
      const at = broken.length + i;
      const image = await readFitted(file, preprocessing);
      if ("error" in image) throw new Error(image.error);
      const here = canvasBatch([image], 1, preprocessing);
      expect([...sizes.slice(2 * at, 2 * at + 2), widths[at]]).toEqual([image.original.width, image.original.height, image.width]); // prettier-ignore
      const differences = Array.from(here, (value, k) => Math.abs(value - (pixels[at * area + k] ?? NaN)));
      expect([name, Math.max(...differences) <= 3, mean(differences) < (name.endsWith("jpg") ? 0.3 : 1)]).toEqual([name, true, true]); // prettier-ignore
    }
  });
});

/** Pictures that are decoded and resized in all the ways there are; smooth, as photographs are. Names and paths. */
async function draw(): Promise<Record<string, string>> {
  const random = new Random(3);
  const pictures: Record<string, string> = {};
  const sizes = {
    small: [60, 50],
    large: [400, 300],
    halved: [384, 256],
    quartered: [512, 400],
    tall: [152, 608],
  } as const;
  for (const [name, [width, height]] of Object.entries(sizes)) {
    const data = Uint8Array.from({ length: 3 * 8 * 6 }, () => random.int(256));
    const picture = sharp(data, { raw: { width: 8, height: 6, channels: 3 } }).resize(width, height, { kernel: "cubic", fit: "fill" }); // prettier-ignore
    const kinds = { "png": picture.clone().png(), "jpg": picture.clone().jpeg(), "grey.jpg": picture.clone().greyscale().jpeg() }; // prettier-ignore
    for (const [kind, encoded] of Object.entries(kinds)) {
      const file = join(folder, `${name}.${kind}`);
      await writeFile(file, await encoded.toBuffer());
      pictures[`${name}.${kind}`] = file;
    }
  }
  return pictures;
}

/** The largest difference of two tensors, which are shaped alike. */
function farthest(a: tf.Tensor, b: tf.Tensor | undefined): number {
  expect(b?.shape).toEqual(a.shape);
  return tf.tidy(
    () =>
      tf
        .sub(a.toFloat(), (b as tf.Tensor).toFloat())
        .abs()
        .max()
        .dataSync()[0] ?? NaN,
  );
}

/** Inputs of samples as those of a batch. */
function joinedOf(all: readonly NamedTensors[]): NamedTensors {
  return Object.fromEntries(
    Object.keys(all[0] ?? {}).map((key) => [key, tf.concat(all.map((inputs) => inputs[key] as tf.Tensor))]),
  );
}
