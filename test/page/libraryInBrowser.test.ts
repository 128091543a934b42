import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Random } from "../../src/base/random.ts";
import { Classifier } from "../../src/classification/classifier.ts";
import { Detector } from "../../src/detection/detector.ts";
import { loadEngine } from "../../src/engine/load.ts";
import { graphModelFiles } from "../../src/export/graphModel/graphModelFiles.ts";
import { openModel } from "../../src/models.ts";
import { Segmenter } from "../../src/segmentation/segmenter.ts";
import { TextReader } from "../../src/sequence/reading/textReader.ts";
import { classifier, detector, reader, segmenter } from "../export/untrainedModels.ts";
import { findChromium } from "../findChromium.ts";
import type { LibraryWindow } from "./libraryEntry.ts";
import { libraryPage } from "./libraryPage.ts";
import { type ServedFiles, serveFiles } from "./servedFiles.ts";

const executablePath = findChromium();
const native = (await loadEngine()).name === "native";
const title = executablePath
  ? "anchorkit/browser in a browser"
  : "anchorkit/browser (skipped: no chromium on the PATH)";

/** Sizes that are larger and smaller than the canvas, of either aspect. */
const SIZES = [
  [131, 90],
  [70, 117],
  [96, 64],
  [40, 33],
] as const;

describe.skipIf(executablePath === undefined || !native)(title, { timeout: 120_000 }, () => {
  let folder: string;
  let served: ServedFiles;
  let browser: Browser;
  let page: Page;
  const files = new Map<string, Uint8Array>();
  const problems: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "anchorkit-browser-"));
    for (const [i, [width, height]] of SIZES.entries()) await drawImage(join(folder, `${i}.png`), width, height);
    for (const i of SIZES.keys()) files.set(`${i}.png`, await readFile(join(folder, `${i}.png`)));
    for (const [name, bytes] of await libraryPage()) files.set(name, bytes);
    served = await serveFiles(files);
    browser = await chromium.launch({
      executablePath: executablePath as string,
      args: ["--enable-unsafe-swiftshader"],
    });
    page = await browser.newPage();
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("console", (message) => { if (message.type() !== "log" && !/GPU stall/.test(message.text())) problems.push(message.text()); }); // prettier-ignore
    await page.goto(served.url);
  });
  afterAll(async () => {
    await browser.close();
    await served.close();
    await rm(folder, { recursive: true });
    expect(problems).toEqual([]);
  });

  const images = (): string[] => SIZES.map((_, i) => join(folder, `${i}.png`));

  /** Exports a model, loads it in the page, and asks it of each image. */
  async function askAll(run: string, backend = "wasm", options = {}): Promise<Record<string, unknown>[]> {
    const model = await openModel(run, { batch: 1, precision: "float32" });
    for (const [name, bytes] of Object.entries<Uint8Array>({ ...(await graphModelFiles(model.portable(1))) }))
      files.set(`model/${name}`, bytes);
    model.dispose();
    await page.evaluate((name) => (window as unknown as LibraryWindow).load("model/model.json", name), backend);
    const answers: Record<string, unknown>[] = [];
    const tensors: number[] = [];
    for (const i of SIZES.keys()) {
      if (i > 0 && backend === "webgl") break; // it computes without a graphics card here
      const ask = (given: { image: string; options: object }) => (window as unknown as LibraryWindow).ask(given.image, given.options); // prettier-ignore
      answers.push(await page.evaluate(ask, { image: `${i}.png`, options }));
      tensors.push(await page.evaluate(() => (window as unknown as LibraryWindow).tensors()));
    }
    expect(new Set(tensors).size).toBe(1);
    return answers;
  }

  it.each(["wasm", "webgl"])("finds on %s what is found in Node, all of it", async (backend) => {
    const run = await detector()(folder);
    const found = await askAll(run, backend, { score: 0 });
    const model = await Detector.load(run, { precision: "float32" });
    let total = 0;
    let i = 0;
    for await (const one of model.predictFiles(images().slice(0, found.length))) {
      if ("error" in one) throw one.error;
      const there = found[i++] as { boxes: number[]; scores: number[]; classes: number[]; size: object };
      expect(there.size).toEqual({ width: SIZES[i - 1]?.[0], height: SIZES[i - 1]?.[1] });
      expect(there.classes).toEqual([...one.detections.classes]);
      expectClose(there.scores, one.detections.scores, backend === "wasm" ? 1e-4 : 1e-3);
      expectClose(there.boxes, one.detections.boxes, backend === "wasm" ? 0.01 : 0.1);
      total += one.detections.scores.length;
    }
    expect(total).toBeGreaterThan(5 * found.length);
    model.dispose();
  });

  it("says of images what a classifier says in Node, and where the object is", async () => {
    const run = await classifier("small", { box: true })(folder);
    const found = await askAll(run);
    const model = await Classifier.load(run, { precision: "float32" });
    let i = 0;
    for await (const one of model.predictFiles(images())) {
      if ("error" in one) throw one.error;
      const there = found[i++] as { probabilities: number[]; box: number[]; named: number[] };
      expectClose(there.probabilities, one.probabilities, 1e-5);
      expectClose(there.box, one.box ?? [], 0.01);
      expect(there.named).toEqual([one.probabilities.indexOf(Math.max(...one.probabilities))]);
    }
    model.dispose();
  });

  it("labels pixels as a segmenter does in Node, at the image's own size", async () => {
    const run = await segmenter({ kind: "unet", filters: 4, depth: 2 }, { distance: true })(folder);
    const found = await askAll(run);
    const model = await Segmenter.load(run, { precision: "float32" });
    let i = 0;
    for await (const one of model.predictFiles(images())) {
      if ("error" in one) throw one.error;
      const there = found[i++] as { labels: { data: number[]; width: number }; scores: number[]; distance: number[] };
      expect(there.labels.width).toBe(one.labels.width);
      const other = there.labels.data.filter((label, at) => label !== one.labels.data[at]).length;
      expect(other / there.labels.data.length).toBeLessThan(0.001);
      expectClose(there.scores, one.scores, 1e-4);
      expectClose(there.distance, one.distance ?? [], 1e-4);
    }
    model.dispose();
  });

  it("reads what a reader reads in Node", async () => {
    const run = await reader("gru")(folder);
    const found = await askAll(run);
    const model = await TextReader.load(run, { precision: "float32" });
    let i = 0;
    for await (const one of model.predictFiles(images())) {
      if ("error" in one) throw one.error;
      const there = found[i++] as { text: string; confidence: number };
      expect(there.text).toBe(one.text);
      expect(there.confidence).toBeCloseTo(one.confidence, 4);
    }
    model.dispose();
  });
});

/** An image of coloured noise. */
async function drawImage(path: string, width: number, height: number): Promise<void> {
  const random = new Random(width);
  const pixels = Uint8Array.from({ length: width * height * 3 }, () => random.int(256));
  await sharp(pixels, { raw: { width, height, channels: 3 } })
    .blur(1.5)
    .png()
    .toFile(path);
}

function expectClose(found: ArrayLike<number>, expected: ArrayLike<number>, most: number): void {
  expect(found.length).toBe(expected.length);
  let largest = 0;
  for (let i = 0; i < found.length; i++)
    largest = Math.max(largest, Math.abs((found[i] ?? NaN) - (expected[i] ?? NaN)));
  expect(largest).toBeLessThan(most);
}
