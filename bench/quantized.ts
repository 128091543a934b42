/**
 * The forms in which a detector can be exported as ONNX, beside the run itself in float32: size, average precision, and the time
 * an image takes, in turn, one thread each; and how far boxes move where the file is given whole images and brings them to its
 * canvas itself. Needs onnxruntime-node.
 *
 *   npx tsx bench/quantized.ts --run <run of a detector> --data <dataset> [--images 50] [--rounds 5] [--beside other.onnx]
 *
 * `--beside` is another model, such as Ultralytics' export of YOLOv8n for the same canvas, that is timed in the same turn.
 */
import { stat } from "node:fs/promises";
import { parseArgs } from "node:util";
import * as tf from "@tensorflow/tfjs";
import { median } from "../src/base/statistics.ts";
import { ExportData } from "../src/cli/detect/export/exportData.ts";
import { openDataset } from "../src/cli/dataset.ts";
import { placeOnCanvas } from "../src/base/preprocessing.ts";
import type { FittedImage } from "../src/data/images/fittedFiles.ts";
import { resizeRaster } from "../src/data/images/resizePixels.ts";
import { canvasBatch } from "../src/data/images/canvasImages.ts";
import { decodeImage } from "../src/data/images/images.ts";
import { Detector } from "../src/detection/detector.ts";
import type { NamedTensors, RunStep } from "../src/engine/graph/step.ts";
import { compilePortable } from "../src/export/compilePortable.ts";
import { onnxFile } from "../src/export/onnx/onnxFile.ts";
import { openOnnx } from "../src/export/onnx/onnxSession.ts";
import { QUANTIZATIONS } from "../src/export/quantize/forms.ts";
import { iou } from "../src/geometry/overlap.ts";
import { RunFolder } from "../src/training/run/runFolder.ts";
import { canvasInputs, LEAST_SCORE } from "./exportedDetector.ts";

for (const name of ["TF_NUM_INTRAOP_THREADS", "OMP_NUM_THREADS"]) process.env[name] = "1";

const { values } = parseArgs({
  options: {
    run: { type: "string" },
    data: { type: "string" },
    images: { type: "string", default: "50" },
    rounds: { type: "string", default: "5" },
    beside: { type: "string" },
  },
});
const { run, data } = values;
if (run === undefined || data === undefined) throw new Error("give --run and --data");

const detector = await Detector.load(run, { precision: "float32", batch: 1 });
const model = detector.portable(1);
const labelled = await ExportData.open(run, { data }, "detection");
const samples = await labelled.samples(model, 100);
const files = new Map([["float32", await onnxFile(model)]]);
for (const form of QUANTIZATIONS)
  files.set(form, await onnxFile(model, undefined, { quantization: { form, samples } }));

const { preprocessing } = detector.description;
const { width, height } = preprocessing.canvas;
const { dataset } = await openDataset({ data }, { seed: 1, run: RunFolder.of(run) });
const records = dataset.images.filter(({ split }) => split === "test").slice(0, Number(values.images));
const inputs = await canvasInputs(records, preprocessing);
const program = await compilePortable(model);
const runners = new Map<string, RunStep>();
runners.set("own engine", (one) => program.run("step", one));
for (const [form, file] of files) {
  const session = await openOnnx(file, { threads: 1 });
  runners.set(form, (one) => session.run(one));
}
if (values.beside !== undefined) runners.set("beside", await besideRunner(values.beside));
const times = new Map([...runners.keys()].map((name): [string, number[]] => [name, []]));
for (let round = 0; round <= Number(values.rounds); round++) {
  for (const one of inputs) {
    for (const [name, answer] of runners) {
      const began = performance.now();
      const found = await answer(one);
      Object.values(found)[0]?.dataSync();
      if (round > 0) times.get(name)?.push(performance.now() - began);
      tf.dispose(found);
    }
  }
}

const own = median(times.get("own engine") ?? []);
console.log("form | MB | AP of val | loss | ms an image | beside own");
for (const [name, all] of times) {
  const file = files.get(name);
  const bytes = file?.length ?? (name === "beside" ? (await stat(values.beside ?? "")).size : NaN);
  const measured = file && (await labelled.measure(model, () => openOnnx(file)));
  const { before = NaN, after = NaN } = measured ?? {};
  const figures = [(bytes / 1e6).toFixed(1), after.toFixed(4), (before - after).toFixed(4), median(all).toFixed(2), (median(all) / own).toFixed(2)]; // prettier-ignore
  console.log([name, ...figures.map((figure) => (figure === "NaN" ? "" : figure))].join(" | "));
}

const whole = await openOnnx(await onnxFile(model, undefined, { anySize: true }));
for (const [how, canvasOf] of [
  ["resized in full", (_: number, image: FittedImage): Uint8Array => canvasBatch([image], 1, preprocessing)],
  [
    "as detect predict reads files (JPEG shrunk while it is decoded)",
    (i: number): Uint8Array => Uint8Array.from((inputs[i]?.images as tf.Tensor).dataSync()),
  ],
] as const) {
  const apart: number[] = [];
  let count = 0;
  for (const [i, { file }] of records.entries()) {
    const { data: pixels, ...original } = await decodeImage(file);
    const size = placeOnCanvas(original, preprocessing);
    const resized = resizeRaster({ data: pixels, ...original, channels: 3 }, size);
    const canvas = canvasOf(i, { ...size, pixels: Uint8Array.from(resized.data), original });
    const onCanvas = {
      images: tf.tensor(canvas, [1, height, width, 3], "int32"),
      sizes: inputs[i]?.sizes as tf.Tensor,
    };
    const images = tf.tensor(pixels, [1, original.height, original.width, 3], "int32");
    const [here, there] = [boxesOf(program.run("step", onCanvas)), boxesOf(await whole.run({ images }))];
    count += here.length;
    for (const { box, kind } of here) {
      const overlaps = there.map((other) => (other.kind === kind ? iou(box, other.box) : 0));
      const best = overlaps.indexOf(Math.max(...overlaps));
      if ((overlaps[best] ?? 0) < 0.5) continue;
      const [twin] = there.splice(best, 1);
      apart.push(Math.max(...box.map((x, k) => Math.abs(x - (twin?.box[k] ?? NaN)))));
    }
  }
  console.log(`whole images, beside canvases ${how}: ${apart.length} of ${count} detections (score >= ${LEAST_SCORE}) found again, ${median(apart).toFixed(4)} px apart in the median, ${Math.max(...apart).toFixed(2)} at most`); // prettier-ignore
}

/** Detections with the least score, of one image. */
function boxesOf({ boxes, scores, classes }: NamedTensors): { box: number[]; kind: number }[] {
  const [corners, certain, kinds] = [boxes, scores, classes].map((tensor) => Array.from((tensor as tf.Tensor).dataSync())) as [number[], number[], number[]]; // prettier-ignore
  return certain.flatMap((score, i) =>
    score >= LEAST_SCORE ? [{ box: corners.slice(4 * i, 4 * i + 4), kind: kinds[i] ?? -1 }] : [],
  );
}

/** Another model, asked about the same canvas as floats, channels first, in whatever size it wants. */
async function besideRunner(path: string): Promise<RunStep> {
  const session = await openOnnx(path, { threads: 1 });
  const side = (length: number): number => Math.ceil(length / 32) * 32;
  return async () => {
    const images = tf.fill([1, 3, side(height), side(width)], 0.5);
    try {
      return await session.run({ images });
    } finally {
      images.dispose();
    }
  };
}
