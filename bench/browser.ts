/**
 * A detector in Chromium, by tfjs's WebAssembly on one thread, beside the run that it was exported from, on images of a data
 * set: whether the same is found, and the time an image takes, in turn. Needs chromium on the PATH.
 *
 *   npx tsx bench/browser.ts --run <run of a detector> --data <dataset> [--split test] [--images 20] [--rounds 5]
 */
import { parseArgs } from "node:util";
import * as tf from "@tensorflow/tfjs";
import { chromium } from "playwright-core";
import sharp from "sharp";
import { median } from "../src/base/statistics.ts";
import { readDataset } from "../src/data/readDataset.ts";
import { compareDetections } from "../src/detection/compareDetections.ts";
import { Detector } from "../src/detection/detector.ts";
import type { NamedTensors } from "../src/engine/graph/step.ts";
import { compilePortable } from "../src/export/compilePortable.ts";
import { graphModelFiles } from "../src/export/graphModel/graphModelFiles.ts";
import { findChromium } from "../test/findChromium.ts";
import type { LibraryWindow } from "../test/page/libraryEntry.ts";
import { libraryPage } from "../test/page/libraryPage.ts";
import { serveFiles } from "../test/page/servedFiles.ts";
import { canvasInputs, LEAST_SCORE, scored } from "./exportedDetector.ts";

for (const name of ["TF_NUM_INTRAOP_THREADS", "OMP_NUM_THREADS"]) process.env[name] = "1";

const { values } = parseArgs({
  options: {
    run: { type: "string" },
    data: { type: "string" },
    split: { type: "string", default: "test" },
    images: { type: "string", default: "20" },
    rounds: { type: "string", default: "5" },
  },
});
const { run, data } = values;
if (run === undefined || data === undefined) throw new Error("give --run and --data");
const executablePath = findChromium();
if (executablePath === undefined) throw new Error("no chromium on the PATH");

const detector = await Detector.load(run, { precision: "float32", batch: 1 });
const model = detector.portable(1);
const { preprocessing } = detector.description;
const { width, height } = preprocessing.canvas;
const { dataset } = await readDataset(data);
const records = dataset.images.filter(({ split }) => split === values.split).slice(0, Number(values.images));
const files = await libraryPage();
for (const [name, bytes] of Object.entries<Uint8Array>({ ...(await graphModelFiles(model)) }))
  files.set(`model/${name}`, bytes);
const inputs = await canvasInputs(records, preprocessing);
for (const [i, one] of inputs.entries()) {
  const raw = { width, height, channels: 3 } as const;
  files.set(`${i}.png`, await sharp(Uint8Array.from(one.images.dataSync()), { raw }).png().toBuffer());
  one.sizes = tf.tensor2d([[width, height]]); // what lies on the canvas is an image itself, for both
}
const program = await compilePortable(model);
const served = await serveFiles(files);
const browser = await chromium.launch({ executablePath });
const page = await browser.newPage();
await page.goto(served.url);
await page.evaluate(() => (window as unknown as LibraryWindow).load("model/model.json", "wasm"));

const totals = { detections: 0, unmatched: 0, pixels: 0, scores: 0 };
const times: Record<"own" | "wasm", number[]> = { own: [], wasm: [] };
for (let round = 0; round <= Number(values.rounds); round++) {
  for (const [i, one] of inputs.entries()) {
    const image = `${i}.png`;
    const begin = performance.now();
    const here = program.run("step", { ...one });
    (here.boxes as tf.Tensor).dataSync();
    const own = performance.now() - begin;
    if (round === 0) {
      // the first round warms up, and is compared
      const there = await page.evaluate((name) => (window as unknown as LibraryWindow).ask(name, { score: 0 }), image);
      const found = compareDetections(scored(here), scoredLists(there));
      for (const key of ["detections", "unmatched"] as const) totals[key] += found[key] ?? NaN;
      for (const key of ["pixels", "scores"] as const) totals[key] = Math.max(totals[key], found[key] ?? NaN);
    } else {
      times.own.push(own);
      times.wasm.push(...(await page.evaluate((name) => (window as unknown as LibraryWindow).time(name, 1), image)));
    }
    tf.dispose(here);
  }
}
const [own, wasm] = [median(times.own), median(times.wasm)];
console.log(`${inputs.length} images, score >= ${LEAST_SCORE}: ${JSON.stringify(totals)}`);
console.log(`own ${own.toFixed(1)} ms, wasm ${wasm.toFixed(1)} ms an image: ${(wasm / own).toFixed(2)} times`);
await browser.close();
await served.close();

/** The same of what came from the browser, as lists. */
function scoredLists(found: Record<string, unknown>): NamedTensors {
  const { boxes, scores, classes } = found as Record<"boxes" | "scores" | "classes", number[]>;
  const tensors = { boxes: tf.tensor2d(boxes, [scores.length, 4]), scores: tf.tensor1d(scores), classes: tf.tensor1d(classes, "int32") }; // prettier-ignore
  return scored(tensors);
}
