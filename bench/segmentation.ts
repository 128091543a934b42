/**
 * Segmentation beside a Keras U-Net (from PyPI, in a virtual environment made here), on images of one size and one class:
 * training images/s of the defaults of `--model unet`, in turn with the peer's; and, with --minutes, what both reach from
 * scratch in so much time, measured by the same code on the same test images: pooled Dice and IoU, the mean IoU an image,
 * and of ours mask AP of single objects, by connected components and by watershed.
 *
 *   npx tsx bench/segmentation.ts --data <nuclei256> [--rounds 5] [--steps 20] [--minutes 10] [--python <interpreter>]
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Random } from "../src/base/random.ts";
import { median } from "../src/base/statistics.ts";
import { AugmentThreads } from "../src/data/augment/augmentThreads.ts";
import type { Dataset } from "../src/data/dataset.ts";
import { withoutExtension } from "../src/data/files.ts";
import { readLabelPixels } from "../src/data/formats/masks/labelPixels.ts";
import { memoryCache } from "../src/data/images/imageCache.ts";
import { palettePng } from "../src/data/images/palettePng.ts";
import { limiter } from "../src/data/parallel.ts";
import { readDataset } from "../src/data/readDataset.ts";
import { splitDataset } from "../src/data/split/splits.ts";
import { loadEngine } from "../src/engine/load.ts";
import { modelNamed, openModel } from "../src/models.ts";
import { type MeasuredImage, measureSegmenter } from "../src/segmentation/measuring/measure.ts";
import { InstanceMeasurement } from "../src/segmentation/measuring/measureInstances.ts";
import { labelMapOf } from "../src/segmentation/targets/labelMapOf.ts";
import { Trainer } from "../src/training/trainer.ts";
import { type Measured, type PeerProcess, startPeer } from "./peerProcess.ts";
import { pythonWith } from "./virtualEnvironment.ts";

const PEERS = ["tensorflow-cpu==2.21.0", "keras==3.15.1", "numpy==2.4.6"];
const BATCH = 8;
const WARM_UP = 5;

const { values } = parseArgs({
  options: {
    data: { type: "string" },
    rounds: { type: "string", default: "5" },
    steps: { type: "string", default: "20" },
    minutes: { type: "string", default: "0" },
    python: { type: "string" },
  },
});
const root = fileURLToPath(new URL("..", import.meta.url));
const { data } = values;
if (data === undefined) throw new Error("give --data");
const [rounds, steps, minutes] = [values.rounds, values.steps, values.minutes].map(Number) as [number, number, number];
const python =
  values.python ?? pythonWith(PEERS, join(root, "node_modules", ".cache", "anchorkit-bench", "python-keras"));

/** The defaults of `detect train --model unet`. */
async function startOurs(dataset: Dataset) {
  await loadEngine();
  const family = modelNamed("unet");
  const random = new Random(1);
  const loading = { cache: memoryCache(2 ** 30), decoding: limiter(16), threads: new AugmentThreads() };
  const options = { ...family.options.parse({}), batch: BATCH };
  const task = await family.prepare(dataset, options, { loading, random, resumes: false });
  const trainer = await Trainer.make(task, { precision: "auto", fast: "bfloat16", random });
  let at = 0;
  const step = async (): Promise<void> => {
    await trainer.train(await task.batches.batch(at), { step: at++, progress: 0, learningRate: 1e-3 });
  };
  for (let i = 0; i < WARM_UP; i++) await step();
  return {
    precision: trainer.compiled.precision,
    async steps(count: number): Promise<Measured> {
      const begun = performance.now();
      for (let i = 0; i < count; i++) await step();
      return { seconds: (performance.now() - begun) / 1000, images: count * BATCH };
    },
    async end() {
      trainer.dispose();
      task.dispose();
      await loading.threads.close();
    },
  };
}

/** The images and masks of the data, as files that the peer reads. */
function writeList(dataset: Dataset, folder: string): string {
  mkdirSync(join(folder, "masks"));
  const entries = dataset.images.map((image) => {
    const mask = join(folder, "masks", `${withoutExtension(basename(image.file))}.png`);
    writeFileSync(
      mask,
      palettePng(
        labelMapOf(image),
        new Uint8Array(3 * 256).map((_, i) => Math.floor(i / 3)),
      ),
    );
    return { image: image.file, mask, split: image.split === "test" ? "test" : "train" };
  });
  const list = join(folder, "list.json");
  writeFileSync(list, JSON.stringify(entries));
  return list;
}

async function* masksIn(folder: string, dataset: Dataset): AsyncGenerator<MeasuredImage> {
  for (const image of dataset.images.filter(({ split }) => split === "test")) {
    const { file, width, height } = image;
    const mask = join(folder, `${withoutExtension(basename(file))}.png`);
    const { values: labels } = await readLabelPixels(mask, { colours: false });
    const prediction = { width, height, data: Uint8Array.from(labels) };
    yield { file, size: { width, height }, truth: labelMapOf(image), prediction };
  }
}

const digits = (value: number): string => value.toFixed(4);

async function printPixels(name: string, images: AsyncIterable<MeasuredImage>, classes: string[]): Promise<void> {
  const { metrics } = await measureSegmenter(images, classes);
  const numbers = [metrics.dice, metrics.iou, metrics.mean_image_iou, metrics.boundary_f1].map((one) =>
    digits(one ?? NaN),
  );
  console.log(`| ${[name, ...numbers].join(" | ")} |`);
}

/** Trains both from scratch for so long, one after the other, and prints what they reach on the test images. */
async function compareQuality(dataset: Dataset, peer: PeerProcess, folder: string): Promise<void> {
  const masks = join(folder, "found");
  mkdirSync(masks);
  const theirs = await peer.ask(`train ${minutes * 60} ${masks}`);
  peer.end();
  const run = join(folder, "run");
  const given = ["--data", String(data), "--model", "unet", "--minutes", String(minutes), "--out", run];
  const command = [join(root, "src", "cli", "detect.ts"), "train", ...given];
  const done = spawnSync("npx", ["tsx", ...command], { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
  if (done.status !== 0) throw new Error("the training failed");
  const segmenter = await openModel(run);
  if (segmenter.kind !== "segmentation") throw new Error("no segmenter");
  const { classes } = dataset;
  const test = dataset.images.filter(({ split }) => split === "test");
  console.log(`\n${minutes} minutes from scratch (Keras: ${theirs.images} images seen); test: ${test.length} images\n`);
  console.log("| | pooled Dice | pooled IoU | mean IoU an image | boundary F1 |\n|---|---:|---:|---:|---:|");
  await printPixels("anchorkit", segmenter.segmentLabelled(test), classes);
  await printPixels("Keras", masksIn(masks, dataset), classes);
  console.log("\n| single objects | mask AP | AP50 | AP75 |\n|---|---:|---:|---:|");
  for (const method of ["components", "watershed"] as const) {
    const objects = new InstanceMeasurement(classes, { things: [0], maxDetections: 1000 });
    for await (const image of segmenter.segmentLabelled(test, { instances: { method } })) objects.add(image);
    const { AP, AP50, AP75 } = objects.metrics().coco;
    console.log(`| ${method} | ${[AP, AP50, AP75].map(digits).join(" | ")} |`);
  }
  segmenter.dispose();
}

const folder = mkdtempSync(join(tmpdir(), "anchorkit-bench-"));
try {
  const { dataset } = splitDataset((await readDataset(data)).dataset, new Random(1));
  const script = fileURLToPath(new URL("segmentation/peer.py", import.meta.url));
  const peer = startPeer(python, [script, writeList(dataset, folder), "--batch", String(BATCH)]);
  const ours = await startOurs(dataset);
  const ratios: number[] = [];
  console.log(`training images/s, batches of ${BATCH}; ours in ${ours.precision}\n`);
  console.log("| round | anchorkit | Keras | ratio |\n|---:|---:|---:|---:|");
  await peer.ask(`steps ${WARM_UP}`);
  for (let round = 1; round <= rounds; round++) {
    const [own, theirs] = [await ours.steps(steps), await peer.ask(`steps ${steps}`)];
    const [a, b] = [own, theirs].map((one) => one.images / one.seconds) as [number, number];
    ratios.push(a / b);
    console.log(`| ${round} | ${a.toFixed(1)} | ${b.toFixed(1)} | ${(a / b).toFixed(2)} |`);
  }
  console.log(`\nmedian ratio: ${median(ratios).toFixed(2)}`);
  await ours.end();
  if (minutes > 0) await compareQuality(dataset, peer, folder);
  peer.end();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
