/**
 * Does a training hold more and more? Trains each task for 500 steps, as a command would, with checkpoints, validations
 * and TensorBoard's events, and prints how many tensors there are and how much memory the process holds on the way. Each
 * task has a process of its own.
 *
 *   npx tsx bench/memory.ts [--steps 500] [--only detector,labels,presence,box,unet,fcn8,clips,reader,forecaster]
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import * as tf from "@tensorflow/tfjs";
import sharp from "sharp";
import { drawClipSet } from "../annotations/drawing/clipSet.ts";
import { drawTextSet } from "../annotations/drawing/textSet.ts";
import { Random } from "../src/base/random.ts";
import { PRESETS } from "../src/data/augment/presets.ts";
import type { Dataset, ImageRecord } from "../src/data/dataset.ts";
import { readDataset } from "../src/data/readDataset.ts";
import { readSeries } from "../src/data/series/readSeries.ts";
import { splitSeries } from "../src/data/series/splitSeries.ts";
import { rleFromBox } from "../src/geometry/masks/polygonMask.ts";
import { modelNamed, trainModel } from "../src/models.ts";
import type { Callback } from "../src/training/callbacks/callback.ts";

const { values: options } = parseArgs({
  options: {
    steps: { type: "string", default: "500" },
    only: { type: "string", default: "detector,labels,presence,box,unet,fcn8,clips,reader,forecaster" },
    child: { type: "string" },
  },
});
interface Training {
  model: string;
  own: Record<string, unknown>;
  batch: number;
  /** Squares unless told. */
  data?: (folder: string) => Promise<Dataset>;
}

const TASKS: Readonly<Record<string, Training>> = {
  detector: { model: "faster-rcnn", own: { size: 128 }, batch: 4 },
  labels: { model: "small-cnn", own: { size: 64, targets: "labels" }, batch: 16 },
  presence: { model: "small-cnn", own: { size: 64, targets: "presence" }, batch: 16 },
  box: { model: "small-cnn", own: { size: 64, targets: "box" }, batch: 16 },
  unet: { model: "unet", own: { size: 96, filters: 8, separation: 10, instances: "yes" }, batch: 8 },
  fcn8: { model: "fcn8", own: { size: 96 }, batch: 8 },
  clips: { model: "cnn-lstm", own: {}, batch: 8, data: clips },
  reader: { model: "crnn", own: { units: 32 }, batch: 8, data: texts },
  forecaster: { model: "forecast", own: { column: "y", units: 16 }, batch: 32, data: sine },
};
const STEPS = Number(options.steps);
const IMAGES = { train: 48, val: 8, test: 0 };
const SERIES_ROWS = 600;

if (options.child !== undefined) await trainTask(options.child);
else {
  console.log(
    "| task | step | tensors | resident memory, MB | of that JavaScript's, MB |\n| --- | ---: | ---: | ---: | ---: |",
  );
  for (const task of options.only.split(",")) {
    const args = ["tsx", fileURLToPath(import.meta.url), "--child", task, "--steps", options.steps];
    const { status, stdout, stderr } = spawnSync("npx", args, { encoding: "utf8" });
    if (status !== 0) throw new Error(`${task}: ${stderr}`);
    process.stdout.write(stdout);
  }
}

async function trainTask(name: string): Promise<void> {
  const task = TASKS[name];
  if (!task) throw new Error(`there is no task ${name}: there are ${Object.keys(TASKS).join(", ")}`);
  const { model, own, batch, data = squares } = task;
  const folder = mkdtempSync(join(tmpdir(), "anchorkit-memory-"));
  try {
    const dataset = await data(folder);
    const windows = dataset.series ? SERIES_ROWS / 2 : 0; // at least, in a training of the series
    const samples = dataset.images.filter(({ split }) => split === "train").length || windows;
    const epochs = Math.ceil((STEPS * batch) / samples);
    const callbacks = [watcher(name, [STEPS / 10, STEPS / 4, STEPS / 2, (3 * STEPS) / 4, STEPS].map(Math.floor))];
    const { light } = modelNamed(model).presets;
    await trainModel(model, dataset, own, {
      ...{ out: join(folder, "run"), epochs, batch, seed: 1, engine: "native", precision: "auto", callbacks },
      ...(!dataset.series && { augmentation: model === "faster-rcnn" ? PRESETS.strong : light }),
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Prints a line after each of these steps. */
function watcher(name: string, steps: readonly number[]): Callback {
  return {
    name: "memory",
    onStep({ step }) {
      if (!steps.includes(step)) return undefined;
      const { rss, heapUsed } = process.memoryUsage();
      const cells = [name, step, tf.memory().numTensors, ...[rss, heapUsed].map((bytes) => (bytes / 1e6).toFixed(0))];
      console.log(`| ${cells.join(" | ")} |`);
      return undefined;
    },
  };
}

async function clips(folder: string): Promise<Dataset> {
  await drawClipSet(1, folder, 12);
  return (await readDataset(folder, { wanted: "clips" })).dataset;
}

async function texts(folder: string): Promise<Dataset> {
  await drawTextSet(1, folder, { count: 60, lengths: [3, 6] });
  return (await readDataset(folder, { wanted: "texts" })).dataset;
}

async function sine(folder: string): Promise<Dataset> {
  const rows = Array.from({ length: SERIES_ROWS }, (_, t) => `${t},${Math.sin((2 * Math.PI * t) / 24).toFixed(4)}`);
  const file = join(folder, "sine.csv");
  await writeFile(file, `time,y\n${rows.join("\n")}\n`);
  return splitSeries((await readSeries(file, { columns: ["y"] })).dataset);
}

/** Images of noise with one bright or dark square each, which is also what they show as a whole. */
async function squares(folder: string): Promise<Dataset> {
  const random = new Random(1);
  const [width, height] = [160, 120];
  const images: ImageRecord[] = [];
  for (const [split, count] of Object.entries(IMAGES) as [keyof typeof IMAGES, number][]) {
    for (let i = 0; i < count; i++) {
      const file = join(folder, `${split}-${i}.png`);
      const label = i % 2;
      const side = 24 + random.int(40);
      const [x, y] = [random.int(width - side), random.int(height - side)];
      const pixels = Buffer.from(Array.from({ length: width * height * 3 }, () => 100 + random.int(56)));
      for (let row = y; row < y + side; row++) {
        pixels.fill(label === 0 ? 240 : 15, 3 * (row * width + x), 3 * (row * width + x + side));
      }
      await sharp(pixels, { raw: { width, height, channels: 3 } }).png().toFile(file); // prettier-ignore
      const box: [number, number, number, number] = [x, y, x + side, y + side];
      const objects = [{ box, class: label, segmentation: rleFromBox(box, height, width) }];
      images.push({ id: images.length + 1, file, width, height, split, objects, labels: [label] });
    }
  }
  return { classes: ["bright", "dark"], images };
}
