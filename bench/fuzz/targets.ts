import { copyFile, mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { File, FS, ready } from "h5wasm";
import sharp from "sharp";
import { stringify } from "yaml";
import { z } from "zod";
import { bmpOf } from "../bmp.ts";
import type { Random } from "../../src/base/random.ts";
import { applyConfigFile } from "../../src/cli/configFile.ts";
import { addTrain } from "../../src/cli/detect/train.ts";
import { createProgram } from "../../src/cli/run.ts";
import { readKerasWeights } from "../../src/core/kerasWeights.ts";
import { readPublishedBackbone } from "../../src/core/publishedBackbone.ts";
import { readWeights, saveModel } from "../../src/core/modelFiles.ts";
import { sha256Of } from "../../src/core/packedValues.ts";
import { readVariables, saveVariables } from "../../src/core/variables.ts";
import { PRESETS } from "../../src/data/augment/presets.ts";
import { loadAugmentation } from "../../src/data/augment/readAugmentation.ts";
import type { Dataset, ImageRecord } from "../../src/data/dataset.ts";
import { exportLabels } from "../../src/data/exportLabels.ts";
import { readFetchList } from "../../src/data/fetch/fetchList.ts";
import { readCocoResults } from "../../src/data/formats/coco/cocoResults.ts";
import { writeCoco } from "../../src/data/formats/coco/writeCoco.ts";
import { FORMAT_IDS, FORMAT_NAMES, type FormatId } from "../../src/data/formats/format.ts";
import { decodeImage } from "../../src/data/images/images.ts";
import { lintDataset } from "../../src/data/lint/lintDataset.ts";
import { readDataset } from "../../src/data/readDataset.ts";
import { manifestOf, readManifest, writeManifest } from "../../src/data/split/manifest.ts";
import { rleFromBox } from "../../src/geometry/masks/polygonMask.ts";
import { rleToString } from "../../src/geometry/masks/rleString.ts";
import { DEFAULT_SETTINGS } from "../../src/detection/fasterRcnn/description.ts";
import { readDetectorDescription } from "../../src/detection/fasterRcnn/readNetwork.ts";
import { RunFolder } from "../../src/training/run/runFolder.ts";

/** Something that reads files. */
export interface Target {
  /** Those that are damaged, one at a time. */
  files: string[];
  read(): Promise<void>;
  /** Makes damage that a checksum would tell reach what comes behind it. */
  mend?(bytes: Uint8Array, random: Random): Uint8Array;
}

const IMAGE_TYPES = ["jpeg", "png", "webp", "gif", "tiff", "bmp"] as const;

/** Of test/fixtures/tensors. */
const TENSOR_FILES = ["zip.pth", "legacy.pth", "some.safetensors", "nested.keras"];

const OTHERS: Record<string, (folder: string) => Promise<Target>> = {
  "yolo lists": (folder) => labels("yolo", folder, /\.(?:yaml|txt)$/, { lists: true }),
  results,
  "split.csv": splitTable,
  "fetch list": fetchList,
  augmentation,
  "config file": configFile,
  ...Object.fromEntries(IMAGE_TYPES.map((type) => [type, (folder: string) => image(type, folder)])),
  "run folder": runFolder,
  "detector.json": detectorJson,
  weights,
  "state.bin": checkpoint,
  "Keras weights": kerasWeights,
  "Keras .h5": kerasH5,
  ...Object.fromEntries(TENSOR_FILES.map((name) => [name, (folder: string) => tensorFile(name, folder)])),
};

/** All readers, by name. */
export const TARGET_NAMES = [...FORMAT_IDS, ...Object.keys(OTHERS)];

/** Whether a reader reads labels with their images. */
export function isDataSet(name: string): boolean {
  return Object.hasOwn(FORMAT_NAMES, name) || name === "yolo lists" || name === "split.csv";
}

/** Makes the sound files of a reader in a new folder. */
export async function openTarget(name: string, folder: string): Promise<Target> {
  await mkdir(folder, { recursive: true });
  const other = OTHERS[name];
  return other ? other(folder) : labels(name as FormatId, folder);
}

/** Three small images with boxes, an outline, and what else labels say. */
async function sample(folder: string): Promise<Dataset> {
  await mkdir(folder, { recursive: true });
  const images: ImageRecord[] = [];
  for (const [i, split] of (["train", "train", "val"] as const).entries()) {
    const file = join(folder, `photo ${i + 1}.png`);
    const background = { r: 60 * i, g: 90, b: 120 };
    await sharp({ create: { width: 32, height: 24, channels: 3, background } }).toFile(file);
    const objects: ImageRecord["objects"] = [
      { box: [2, 3, 14 + i, 15], class: 0, difficult: i === 0, attributes: { colour: "red" } },
      { box: [16, 5, 30, 20], class: 1, score: 0.5, segmentation: [[16, 5, 30, 5, 30, 20, 16, 20]] },
    ];
    images.push({ id: i + 1, file, width: 32, height: 24, split, objects, labels: [i % 2], fields: { date: "today" } });
  }
  return { classes: ["cat", "dog & co"], images };
}

/** Reads as `label import` does, and as `label lint` does, in turn. */
async function labels(id: FormatId, folder: string, only = /./, { lists = false } = {}): Promise<Target> {
  const data = await sample(`${folder}-images`);
  await exportLabels(data, id, folder, { copy: true });
  if (lists) {
    const names = (await filesIn(join(folder, "images", "train"))).map((file) => file.slice(folder.length + 1));
    await writeFile(join(folder, "train.txt"), `${names.join("\n")}\n`);
    await writeFile(join(folder, "data.yaml"), stringify({ path: ".", train: "train.txt", val: "images/val", names: data.classes, nc: 2, task: "segment" })); // prettier-ignore
  }
  const files = (await filesIn(folder)).filter((file) => only.test(file));
  const ofLabels = files.filter((file) => !/\.(?:png|jpg)$/.test(file) || id === "masks");
  let turn = 0;
  return {
    files: ofLabels.length > 0 ? ofLabels : files,
    async read() {
      if (turn++ % 2 === 0) await readDataset(folder, { from: id });
      else await lintDataset(folder, { from: id });
    },
  };
}

async function results(folder: string): Promise<Target> {
  const data = await sample(folder);
  const [truth, found] = [join(folder, "truth.json"), join(folder, "found.json")];
  for (const { objects } of data.images) {
    for (const object of objects) {
      const [x1, y1, x2, y2] = object.box;
      object.segmentation = [[x1, y1, x2, y1, x2, y2, x1, y2]]; // else there is no mask to compare
    }
  }
  await writeCoco(data, truth);
  const records = data.images.flatMap(({ id, objects }) =>
    objects.map(({ box: [x1, y1, x2, y2], class: k }) => {
      const mask = { size: [24, 32], counts: rleToString(rleFromBox([x1, y1, x2, y2], 24, 32)) };
      return { image_id: id, category_id: k + 1, bbox: [x1, y1, x2 - x1, y2 - y1], score: 0.5, ...(k > 0 && { segmentation: mask }) }; // prettier-ignore
    }),
  );
  await writeFile(found, JSON.stringify(records, undefined, 1));
  let turn = 0;
  return {
    files: [truth, found],
    async read() {
      await readCocoResults(truth, found, { masks: turn++ % 2 === 1 });
    },
  };
}

async function splitTable(folder: string): Promise<Target> {
  const data = await sample(`${folder}-images`);
  await exportLabels(data, "voc", folder, { copy: true });
  const table = join(folder, "split.csv");
  await writeFile(table, "file_name,split\nphoto 1.png,train\nphoto 2.png,val\nphoto 3.png,test\n");
  const lists = (await filesIn(folder)).filter((file) => file.endsWith(".txt"));
  return {
    files: [table, ...lists],
    async read() {
      await readDataset(folder);
    },
  };
}

async function fetchList(folder: string): Promise<Target> {
  const [csv, txt] = [join(folder, "urls.csv"), join(folder, "urls.txt")];
  await writeFile(
    csv,
    "name,url,license\na.jpg,https://example.org/a.jpg,CC-BY\nb.jpg,https://example.org/b.jpg,CC0\n",
  );
  await writeFile(txt, "# images\nhttps://example.org/a.jpg\nhttps://example.org/b.png\n");
  let turn = 0;
  return {
    files: [csv, txt],
    async read() {
      await readFetchList(turn++ % 2 === 0 ? csv : txt);
    },
  };
}

async function augmentation(folder: string): Promise<Target> {
  const file = join(folder, "augment.yaml");
  await writeFile(file, stringify(PRESETS.strong.operations));
  return {
    files: [file],
    async read() {
      await loadAugmentation(file);
    },
  };
}

async function configFile(folder: string): Promise<Target> {
  const file = join(folder, "train.yaml");
  await writeFile(
    file,
    "data: photos\nsize: 416\nflip: both\nminutes: 3\nclass-specific-boxes: true\nlr: 0.002\nout: runs/x\n",
  );
  return {
    files: [file],
    read() {
      const program = createProgram("detect", "");
      addTrain(program);
      const command = program.commands[0];
      if (command) applyConfigFile(command, file);
      return Promise.resolve();
    },
  };
}

async function image(type: (typeof IMAGE_TYPES)[number], folder: string): Promise<Target> {
  const file = join(folder, `photo.${type}`);
  const pixels = Buffer.from(Array.from({ length: 40 * 30 * 3 }, (_, i) => (i * 37) % 256));
  const drawn = sharp(pixels, { raw: { width: 40, height: 30, channels: 3 } });
  await writeFile(
    file,
    type === "bmp" ? bmpOf(40, 30, (x, y) => pixels[120 * y + x] ?? 0) : await drawn.toFormat(type).toBuffer(),
  );
  let turn = 0;
  return {
    files: [file],
    async read() {
      await decodeImage(file, turn++ % 2 === 0 ? {} : { size: { width: 24, height: 24 } });
    },
  };
}

async function runFolder(folder: string): Promise<Target> {
  const run = new RunFolder(folder);
  await writeManifest(run.splits, await manifestOf(await sample(`${folder}-images`)));
  await run.writeConfig({ data: "/data", seed: 1, budget: { minutes: 3 }, classes: ["cat", "dog"] });
  await writeFile(run.metrics, '{"epoch":1,"loss":0.5,"metrics":{"AP":0.1},"best":true}\n{"epoch":2,"loss":0.4,"metrics":{"AP":null},"best":false}\n'); // prettier-ignore
  return {
    files: [run.splits, run.config, run.metrics],
    async read() {
      await readManifest(run.splits);
      await run.readConfig();
      await run.readMetrics();
    },
  };
}

async function detectorJson(folder: string): Promise<Target> {
  const file = join(folder, "detector.json");
  const description = {
    ...{ format: "anchorkit-detector", version: 2, model: "faster-rcnn", classes: ["cat", "dog"] },
    architecture: { backbone: "small", width: 1, channels: 96, hidden: 256, pooled: 7, classSpecificBoxes: false },
    settings: { ...DEFAULT_SETTINGS, assignment: "best" },
    preprocessing: {
      ...{ canvas: { width: 320, height: 240 }, resize: "fit", fill: 114 },
      ...{ mean: [100, 100, 100], deviation: [50, 50, 50] },
    },
    levels: [{ stride: 8, anchors: [[24, 24], [48, 48]] }], // prettier-ignore
  };
  await writeFile(file, JSON.stringify(description, undefined, 1));
  return {
    files: [file],
    async read() {
      await readDetectorDescription(folder);
    },
  };
}

async function weights(folder: string): Promise<Target> {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [4], name: "one" })] });
  await saveModel(model, folder);
  model.dispose();
  return {
    files: [join(folder, "model.json"), join(folder, "weights.bin")],
    async read() {
      await readWeights(folder);
    },
  };
}

async function checkpoint(folder: string): Promise<Target> {
  const file = join(folder, "state.bin");
  const variables = new Map([
    ["a", tf.variable(tf.ones([2, 3]))],
    ["b", tf.variable(tf.zeros([4]))],
  ]);
  await saveVariables(file, variables, { loop: { step: 3 }, trainer: { phase: "batch" } });
  const State = z.object({ loop: z.object({ step: z.int() }), trainer: z.object({ phase: z.string() }) });
  return {
    files: [file],
    async read() {
      await readVariables(file, State);
    },
    mend(bytes, random) {
      if (random.chance(0.3)) return bytes;
      const content = bytes.subarray(bytes.indexOf(10) + 1);
      return Buffer.concat([Buffer.from(`${sha256Of(content)}\n`), content]);
    },
  };
}

async function kerasWeights(folder: string): Promise<Target> {
  const [json, bin] = [join(folder, "weights.json"), join(folder, "weights.bin")];
  const entries = [3, 8, 8].map((size, i) => ({
    name: `conv_pw_${i + 1}/kernel`,
    shape: [1, size],
    dtype: "float32",
    offset: 32 * i,
  }));
  await writeFile(json, JSON.stringify({ model: "MobileNetV1", alpha: 0.25, weights: entries }, undefined, 1));
  await writeFile(bin, Buffer.alloc(96));
  return {
    files: [json, bin],
    async read() {
      await readPublishedBackbone(folder);
    },
  };
}

/** Weights as Keras lays them out, some of them compressed. */
async function kerasH5(folder: string): Promise<Target> {
  const file = join(folder, "weights.h5");
  await ready;
  const made = new File("/made.h5", "w");
  for (let i = 1; i <= 6; i++) {
    const layer = made.create_group(`conv_pw_${i}`);
    layer.create_attribute("weight_names", [`conv_pw_${i}/kernel:0`]);
    const pieces = i % 2 === 0 && { chunks: [2, 4], compression: "gzip" as const };
    const data = Float32Array.from({ length: 8 }, (_, k) => k);
    layer.create_group(`conv_pw_${i}`).create_dataset({ name: "kernel:0", data, shape: [2, 4], ...pieces });
  }
  made.close();
  await writeFile(file, FS?.readFile("/made.h5") ?? "");
  return {
    files: [file],
    async read() {
      await readKerasWeights(file);
    },
  };
}

/** What torch, safetensors and Keras 3 wrote. */
async function tensorFile(name: string, folder: string): Promise<Target> {
  const file = join(folder, name);
  await copyFile(new URL(`../../test/fixtures/tensors/${name}`, import.meta.url), file);
  return {
    files: [file],
    async read() {
      await readKerasWeights(file);
    },
  };
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort();
}
