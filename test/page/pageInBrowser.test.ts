import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Random } from "../../src/base/random.ts";
import { Detector } from "../../src/detection/detector.ts";
import { loadEngine } from "../../src/engine/load.ts";
import { graphModelFiles } from "../../src/export/graphModel/graphModelFiles.ts";
import { pageFiles } from "../../src/export/web/pageFiles.ts";
import { openModel } from "../../src/models.ts";
import { detector, segmenter } from "../export/untrainedModels.ts";
import { findChromium } from "../findChromium.ts";
import { type ServedFiles, serveFiles } from "./servedFiles.ts";

const executablePath = findChromium();
const native = (await loadEngine()).name === "native";
const title = executablePath ? "the page of a model" : "the page of a model (skipped: no chromium on the PATH)";
const CLASSES = ["cat", "<img src=x onerror=alert(1)>", "bird"];

describe.skipIf(executablePath === undefined || !native)(title, { timeout: 120_000 }, () => {
  let folder: string;
  let run: string;
  let site: Map<string, Uint8Array>;
  let served: ServedFiles;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  const problems: string[] = [];
  const requests: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "anchorkit-page-"));
    run = await detector({ names: CLASSES })(folder);
    site = await siteOf(run);
    await sharp(noise(131, 90), { raw: { width: 131, height: 90, channels: 3 } })
      .png()
      .toFile(join(folder, "noise.png"));
    served = await serveFiles(site);
    browser = await chromium.launch({
      executablePath: executablePath as string,
      args: ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"],
    });
    context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    page = await opened(served.url);
  });
  afterAll(async () => {
    await browser.close();
    await served.close();
    await rm(folder, { recursive: true });
  });

  async function opened(url: string): Promise<Page> {
    const one = await context.newPage();
    one.on("console", (message) => {
      if (!message.text().includes("willReadFrequently")) problems.push(message.text()); // the tests themselves read back
    });
    one.on("pageerror", (error) => problems.push(error.message));
    one.on("dialog", (dialog) => problems.push(dialog.message()));
    one.on("request", (request) => requests.push(request.url()));
    await one.goto(url);
    await one.locator("#file:enabled").waitFor({ state: "attached", timeout: 60_000 });
    return one;
  }

  const text = (selector: string): Promise<string | null> => page.textContent(selector);
  const counts = (): Promise<string[]> => page.locator("#classes .value").allTextContents();
  /** The colours of the overlay that are drawn at all, as `r,g,b`. */
  const drawn = (): Promise<string[]> =>
    page.evaluate(() => {
      const overlay = document.querySelector("#overlay") as HTMLCanvasElement;
      const { data } = (overlay.getContext("2d") as CanvasRenderingContext2D).getImageData(0, 0, overlay.width, overlay.height); // prettier-ignore
      const found = new Set<string>();
      for (let i = 0; i < data.length; i += 4) if (data[i + 3] === 255) found.add([...data.slice(i, i + 3)].join());
      return [...found];
    });
  const moveSlider = (value: number): Promise<void> => page.locator("#threshold").fill(String(value));

  it("is small, but for weights and WebAssembly", () => {
    const sizes = [...site].filter(([name]) => !/weights\.bin$|\.wasm$/.test(name));
    expect(sizes.map(([name]) => name).sort()).toEqual(["index.html", "model/model.json", "page.css", "page.js"]);
    expect(sizes.reduce((sum, [, { length }]) => sum + length, 0)).toBeLessThan(1e6);
  });

  it("finds in a chosen image what is found in Node, from any score on", async () => {
    await page.setInputFiles("#file", join(folder, "noise.png"));
    await expect.poll(() => text("#status")).not.toBe("");
    const model = await Detector.load(run, { precision: "float32" });
    for await (const one of model.predictFiles([join(folder, "noise.png")])) {
      if ("error" in one) throw one.error;
      const { scores, classes } = one.detections;
      expect(scores.length).toBeGreaterThan(3);
      const sorted = [...scores].sort((a, b) => b - a);
      for (const score of [0, Math.floor(100 * (sorted[2] ?? 0)) / 100, 1]) {
        await moveSlider(score);
        const expected = CLASSES.map(
          (_, k) => [...classes].filter((c, i) => c === k && (scores[i] ?? 0) >= score).length,
        );
        await expect.poll(counts).toEqual(expected.map(String));
        expect(await text("#threshold-value")).toBe(score.toFixed(2));
      }
    }
    model.dispose();
    expect(await text("#time")).toMatch(/^\d+ ms/);
  });

  it("draws what is shown, and not what is hidden", async () => {
    await moveSlider(0);
    const before = await counts();
    const some = before.findIndex((value) => value !== "0");
    const color = ["230,159,0", "86,180,233", "0,158,115"][some] ?? "";
    await expect.poll(drawn).toContain(color);
    await page.locator("#classes input").nth(some).uncheck();
    await expect.poll(drawn).not.toContain(color);
    expect(await counts()).toEqual(before);
    await page.locator("#classes input").nth(some).check();
    await moveSlider(1);
    await expect.poll(drawn).toEqual([]);
    expect(await text("#status")).toMatch(/^Nothing is found/);
    await page.click("#own-threshold");
    expect(await text("#threshold-value")).toBe("0.30");
  });

  it("shows names as they are written", async () => {
    expect(await page.locator("#classes .name").allTextContents()).toEqual(CLASSES);
  });

  it("takes an image that is dropped on it", async () => {
    const bytes = [...(await readFile(join(folder, "noise.png")))];
    await page.setInputFiles("#file", []);
    await page.evaluate((given) => {
      (document.querySelector("#time") as HTMLElement).textContent = "–";
      const transfer = new DataTransfer();
      transfer.items.add(new File([Uint8Array.from(given)], "dropped.png", { type: "image/png" }));
      document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
    }, bytes);
    await expect.poll(() => text("#time")).toMatch(/^\d+ ms/);
    expect(await page.locator("#problem").isVisible()).toBe(false);
  });

  it("says which file is no image, and goes on", async () => {
    await page.setInputFiles("#file", { name: "broken.jpg", mimeType: "image/jpeg", buffer: Buffer.from("no image") });
    await expect.poll(() => text("#problem")).toMatch(/^“broken.jpg” is no image that this browser can show/);
    await page.setInputFiles("#file", join(folder, "noise.png"));
    await expect.poll(() => page.locator("#problem").isVisible()).toBe(false);
  });

  it("looks through a camera until it is stopped", async () => {
    await page.click("#camera");
    await expect.poll(() => text("#camera")).toBe("Stop the camera");
    await expect.poll(() => page.locator("#video").isVisible()).toBe(true);
    const frames = new Set<string | null>();
    await expect.poll(async () => frames.add(await text("#time")).size, { timeout: 20_000 }).toBeGreaterThan(2);
    await page.click("#camera");
    await expect.poll(() => text("#camera")).toBe("Use the camera");
    expect(await page.locator("#video").isVisible()).toBe(false);
  });

  it("is used by keys alone", async () => {
    await page.focus("#threshold");
    await moveSlider(0.5);
    await page.keyboard.press("ArrowRight");
    expect(await text("#threshold-value")).toBe("0.51");
    const names = await page
      .locator("button, select, input")
      .evaluateAll((all) =>
        all.map((one) => (one as HTMLInputElement).labels?.[0]?.textContent.trim() || one.textContent.trim()),
      );
    expect(names.every((name) => name !== "")).toBe(true);
  });

  it("is no wider than a phone, and follows the system into dark mode", async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
    await page.setViewportSize({ width: 1280, height: 900 });
    const ground = (): Promise<unknown> => page.evaluate("getComputedStyle(document.body).backgroundColor");
    expect(await ground()).toBe("rgb(245, 246, 248)");
    await page.emulateMedia({ colorScheme: "dark" });
    expect(await ground()).toBe("rgb(13, 17, 23)");
  });

  it("has asked no other host, and broken no rule of its own", () => {
    expect(problems).toEqual([]);
    expect(requests.length).toBeGreaterThan(4);
    expect(requests.filter((url) => !url.startsWith(served.url) && !url.startsWith("data:"))).toEqual([]);
  });

  it("runs where the host isolates it, too", async () => {
    const isolated = await serveFiles(site, {
      "Cross-Origin-Opener-Policy": "same-origin",
      "Cross-Origin-Embedder-Policy": "require-corp",
    });
    const one = await opened(isolated.url);
    await one.setInputFiles("#file", join(folder, "noise.png"));
    await expect.poll(() => one.textContent("#time")).toMatch(/^\d+ ms/);
    expect(problems).toEqual([]);
    await one.close();
    await isolated.close();
  });

  it("says that it must be served where it is opened as a file, and that its model is missing", async () => {
    const one = await context.newPage();
    for (const name of ["index.html", "page.js", "page.css"]) await writeFile(join(folder, name), site.get(name) ?? "");
    await one.goto(pathToFileURL(join(folder, "index.html")).href);
    await expect.poll(() => one.textContent("#problem")).toMatch(/^This page was opened as a file.*npx serve/);
    const files = new Map(site);
    files.delete("model/weights.bin");
    const without = await serveFiles(files);
    await one.goto(without.url);
    await expect
      .poll(() => one.textContent("#problem"))
      .toMatch(/the weights beside it have 0 bytes, not \d+; export the model again/);
    await one.close();
    await without.close();
  });

  it("marks the pixels of a segmenter's classes", async () => {
    const other = await segmenter({ kind: "unet", filters: 4, depth: 2 })(folder);
    const host = await serveFiles(await siteOf(other));
    const one = await opened(host.url);
    await one.setInputFiles("#file", join(folder, "noise.png"));
    await expect.poll(() => one.textContent("#status")).toMatch(/% of the image\.$/);
    const shares = (await one.locator("#classes .value").allTextContents()).map(parseFloat);
    const opaque = await one.evaluate(() => {
      const overlay = document.querySelector("#overlay") as HTMLCanvasElement;
      const { data } = (overlay.getContext("2d") as CanvasRenderingContext2D).getImageData(0, 0, overlay.width, overlay.height); // prettier-ignore
      let count = 0;
      for (let i = 3; i < data.length; i += 4) if (data[i] !== 0) count++;
      return (100 * count) / (data.length / 4);
    });
    expect(opaque).toBeGreaterThan(0);
    expect(Math.abs(shares.reduce((a, b) => a + b, 0) - opaque)).toBeLessThan(0.2);
    expect(problems).toEqual([]);
    await one.close();
    await host.close();
  });
});

function noise(width: number, height: number): Uint8Array {
  const random = new Random(width);
  return Uint8Array.from({ length: 3 * width * height }, () => random.int(256));
}

/** The files that `detect export --to web` writes. */
async function siteOf(run: string): Promise<Map<string, Uint8Array>> {
  const model = await openModel(run, { batch: 1, precision: "float32" });
  const files = await graphModelFiles(model.portable(1));
  model.dispose();
  const inModel = Object.entries(files).map(([name, bytes]) => [`model/${name}`, bytes as Uint8Array] as const);
  return new Map([...Object.entries(await pageFiles()), ...inModel]);
}
