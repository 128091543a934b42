/**
 * Batches of letterboxed images by anchorkit's loader, or by a loop that takes one image after another; prints images a
 * second of each epoch and milliseconds of CPU time an image as JSON.
 *
 *   anchorkit.ts <JSON: files, size, batch, workers, epochs> none|ram|disk|loop
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { placeOnCanvas, type Framing } from "../../src/base/preprocessing.ts";
import { Random } from "../../src/base/random.ts";
import { PRESETS } from "../../src/data/augment/presets.ts";
import type { ImageRecord } from "../../src/data/dataset.ts";
import { diskCache } from "../../src/data/images/diskCache.ts";
import { memoryCache, noCache, type ImageCache } from "../../src/data/images/imageCache.ts";
import { readImageHeader } from "../../src/data/images/images.ts";
import { ImageStore } from "../../src/data/images/imageStore.ts";
import { pasteImage } from "../../src/data/images/pasteImage.ts";
import { trainingBatches } from "../../src/data/batches/trainingBatches.ts";

/** What every loader is asked for. */
export interface LoaderTask {
  files: string[];
  /** Side of the canvas. */
  size: number;
  batch: number;
  workers: number;
  /** That are measured; one more comes before them. */
  epochs: number;
}

/** What every loader tells. */
export interface LoaderResult {
  /** Images a second in each epoch after the first. */
  rates: number[];
  /** Milliseconds of CPU time an image, all epochs. */
  cpu: number;
}

const [taskFile = "", mode = ""] = process.argv.slice(2);
const task = JSON.parse(readFileSync(taskFile, "utf8")) as LoaderTask;
const canvas = { width: task.size, height: task.size };
const framing: Framing = { canvas, resize: "fit" };
const folder = mkdtempSync(join(tmpdir(), "anchorkit-loader-"));
try {
  const nextEpoch = mode === "loop" ? loop() : await loader();
  const rates: number[] = [];
  const before = process.cpuUsage();
  for (let epoch = 0; epoch <= task.epochs; epoch++) {
    const start = performance.now();
    const images = await nextEpoch();
    rates.push(images / ((performance.now() - start) / 1000));
  }
  const { user, system } = process.cpuUsage(before);
  const cpu = (user + system) / 1000 / task.files.length / rates.length;
  console.log(JSON.stringify({ rates: rates.slice(1), cpu } satisfies LoaderResult));
} finally {
  rmSync(folder, { recursive: true });
}

/** Runs an epoch each time it is called, and says how many images it gave. */
async function loader(): Promise<() => Promise<number>> {
  const records: ImageRecord[] = [];
  for (const [i, file] of task.files.entries()) {
    const { width, height } = await readImageHeader(file);
    records.push({ id: i + 1, file, width, height, split: "train", objects: [] });
  }
  const source = trainingBatches(new ImageStore(records, framing, { cache: await cacheOf() }), {
    batch: task.batch,
    preprocessing: { ...framing, fill: 114, mean: [0, 0, 0], deviation: [1, 1, 1] },
    augmentation: PRESETS.none,
    random: new Random(1),
  });
  let step = 0;
  let next = source.batch(step); // as training does it: the next batch is under way while one is used
  return async () => {
    const end = step + source.stepsPerEpoch;
    while (step < end) {
      await next;
      next = source.batch(++step);
    }
    return source.stepsPerEpoch * task.batch;
  };
}

async function cacheOf(): Promise<ImageCache> {
  if (mode === "none") return noCache;
  return mode === "ram" ? memoryCache(2 ** 30) : diskCache(folder, { limit: 2 ** 30 });
}

function loop(): () => Promise<number> {
  const random = new Random(1);
  return async () => {
    const order = random.shuffle(Uint32Array.from(task.files.keys()));
    for (let from = 0; from < order.length; from += task.batch) {
      const batch = new Uint8Array(task.batch * task.size * task.size * 3).fill(114);
      for (const [slot, index] of order.subarray(from, from + task.batch).entries()) {
        const image = sharp(task.files[index]).autoOrient();
        const fit = placeOnCanvas((await image.metadata()).autoOrient, framing);
        const pixels = await image.resize(fit.width, fit.height, { fit: "fill", kernel: "linear" }).raw().toBuffer();
        pasteImage(batch, slot, canvas, { ...fit, pixels }, fit.offsetX, fit.offsetY);
      }
    }
    return order.length;
  };
}
