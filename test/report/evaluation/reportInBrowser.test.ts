import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findChromium } from "../../findChromium.ts";
import { operatingPoints } from "../../../src/metrics/detection/operatingPoints.ts";
import { writeEvaluationReport } from "../../../src/report/evaluation/evaluationReport.ts";
import { confidenceText, type Thresholds, thresholdsFor } from "../../../src/report/evaluation/thresholds.ts";
import { reportInput, syntheticImages } from "./syntheticEvaluation.ts";

const executablePath = findChromium();
const title =
  executablePath === undefined
    ? "the report in a browser (skipped: no chromium or google-chrome on the PATH, and no CHROME_PATH)"
    : "the report in a browser";

describe.skipIf(executablePath === undefined)(title, () => {
  let folder: string;
  let file: string;
  let browser: Browser;
  let page: Page;
  const problems: string[] = [];
  const requests: string[] = [];
  let input: ReturnType<typeof reportInput>;
  let thresholds: Thresholds;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "report-"));
    file = join(folder, "report.html");
    const picture = join(folder, "picture.png");
    await sharp({ create: { width: 320, height: 240, channels: 3, background: "#9ab" } })
      .png()
      .toFile(picture);
    const classes = ["cat", "</script><img src=x onerror=alert(1)>", "bird"];
    input = reportInput(
      syntheticImages(40).map((image) => ({ ...image, file: picture })),
      { classes },
    );
    thresholds = thresholdsFor(input.analysis.matches, input.analysis.confidence);
    await writeEvaluationReport(file, input);
    browser = await chromium.launch({ executablePath: executablePath as string });
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, offline: true });
    page = await context.newPage();
    page.on("console", (message) => problems.push(message.text()));
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("dialog", (dialog) => problems.push(dialog.message()));
    page.on("request", (request) => requests.push(request.url()));
    await page.goto(pathToFileURL(file).href);
  });
  afterAll(async () => {
    await browser.close();
    await rm(folder, { recursive: true, force: true });
  });

  test("opens without a network, without a word on the console, and is small", async () => {
    expect(problems).toEqual([]);
    expect(requests.filter((url) => !url.startsWith("data:"))).toEqual([pathToFileURL(file).href]);
    expect((await stat(file)).size).toBeLessThan(5e6);
    expect(await page.evaluate("[document.images.length, document.scripts.length]")).toEqual([0, 2]);
    expect(await page.locator(".plot svg").count()).toBeGreaterThanOrEqual(8);
    expect(await page.locator("h1").textContent()).toMatch(/^Finds \d+ of \d+ objects/);
  });

  test("counts at any confidence as operatingPoints does, of all and of each class", async () => {
    for (const index of [0, 37, 100, 163, thresholds.values.length - 1]) {
      await moveSlider(page, index);
      const confidence = thresholds.values[index] as number;
      const { pooled, perClass } = operatingPoints(input.analysis.matches, { confidence });
      expect(await page.textContent("#confidence-value")).toBe(confidenceText(confidence));
      for (const [prefix, point] of [["all", pooled] as const, ...perClass.map((one) => [one.class, one] as const)]) {
        const read = (name: string): Promise<string | null> =>
          page.textContent(prefix === "all" ? `#all-${name}` : `tr[data-class="${prefix}"] [data-cell="${name}"]`);
        expect(await read("tp")).toBe(String(point.truePositives));
        expect(await read("fp")).toBe(String(point.falsePositives));
        expect(await read("fn")).toBe(String(point.falseNegatives));
        expect(await read("precision")).toBe(Number.isNaN(point.precision) ? "–" : point.precision.toFixed(3));
        expect(await read("recall")).toBe(point.recall.toFixed(3));
        expect(await read("f1")).toBe(point.f1.toFixed(3));
      }
    }
  });

  test("draws the boxes of a whole image that are above the confidence, and marks what is missed", async () => {
    const card = page.locator('[data-group="images"] figure').first();
    const name = await card.locator("strong").textContent();
    const image = input.images.findIndex(({ fileName }) => fileName === name);
    const { detections, truth } = input.images[image] as (typeof input.images)[number];
    const scores = Array.from(detections.scores);
    const borders = scores.map(thresholds.lastPassedBy); // the last thresholds with each box
    for (const index of [0, 80, 160, ...borders.slice(0, 3)]) {
      await moveSlider(page, index);
      const confidence = thresholds.values[index] as number;
      expect(await card.locator("g.p").count()).toBe(scores.length);
      expect(await card.locator("g.p:visible").count()).toBe(scores.filter((score) => score >= confidence).length);
      const points = operatingPoints(onlyImage(image), { confidence });
      expect(await card.locator("g.t.lost").count()).toBe(points.pooled.falseNegatives);
      expect(await card.locator("g.t").count()).toBe(truth.classes.length);
    }
  });

  test("shows only those errors that there are at the confidence", async () => {
    await moveSlider(page, thresholds.values.length - 1);
    expect(await page.locator('[data-group="wrong"] figure:visible').count()).toBe(0);
    expect(await page.locator('[data-group="wrong"] .none').isVisible()).toBe(true);
    const missed = await page.locator('[data-group="missed"] figure:not([hidden])').count();
    await moveSlider(page, 0);
    expect(await page.locator('[data-group="wrong"] figure:visible').count()).toBe(8);
    expect(await page.locator('[data-group="missed"] figure:not([hidden])').count()).toBeLessThan(missed);
    await page.locator('[data-group="wrong"] .rest').click();
    expect(await page.locator('[data-group="wrong"] figure:visible').count()).toBeGreaterThan(8);
  });

  test("card, headline, slider and counts are of one operating point, and the button goes back to it", async () => {
    const { best } = input.analysis.curves.pooled;
    const confidence = confidenceText(best.confidence);
    const atBest = async (): Promise<void> => {
      await expect.poll(() => page.textContent("#confidence-value")).toBe(confidence);
      expect(await page.textContent("#all-f1")).toBe(best.f1.toFixed(3));
      expect(await page.textContent("#all-precision")).toBe(best.precision.toFixed(3));
      expect(await page.textContent("#all-recall")).toBe(best.recall.toFixed(3));
      expect(await page.textContent("#all-tp")).toBe(String(best.truePositives));
    };
    await moveSlider(page, thresholds.start);
    await atBest();
    await moveSlider(page, 0);
    await page.click("#reset");
    await atBest();
    const card = page.locator(".tile", { hasText: "Best F1" });
    expect(await card.locator(".value").textContent()).toBe(best.f1.toFixed(3));
    expect(await card.locator(".hint").textContent()).toBe(
      `at confidence ${confidence}: precision ${best.precision.toFixed(3)}, recall ${best.recall.toFixed(3)}`,
    );
    expect(await page.textContent("h1")).toContain(`Finds ${best.truePositives} of`);
    expect(await page.textContent("h1")).toContain(`at confidence ${confidence}.`);
  });

  test("switches truth, predictions and labels by box and by key", async () => {
    await moveSlider(page, 0);
    const visible = (selector: string): Promise<number> => page.locator(`.open ${selector}:visible`).count();
    expect(await visible("g.t")).toBeGreaterThan(0);
    await page.uncheck("#show-truth");
    expect(await visible("g.t")).toBe(0);
    await page.keyboard.press("t");
    expect(await visible("g.t")).toBeGreaterThan(0);
    await page.keyboard.press("p");
    expect(await visible("g.p")).toBe(0);
    await page.keyboard.press("p");
    const focused = await visible("text");
    await page.keyboard.press("l");
    expect(await visible("text")).toBeGreaterThan(focused);
    await page.keyboard.press("l");
  });

  test("enlarges a picture, turns to the next one and closes, by keys alone", async () => {
    const first = page.locator('[data-group="wrong"] button.open').first();
    await first.focus();
    await page.keyboard.press("Enter");
    const caption = await page.textContent("#enlarged-caption");
    expect(caption).not.toBe("");
    await page.keyboard.press("ArrowRight");
    expect(await page.textContent("#enlarged-caption")).not.toBe(caption);
    await page.keyboard.press("ArrowLeft");
    expect(await page.textContent("#enlarged-caption")).toBe(caption);
    await page.keyboard.press("Escape");
    expect(await page.locator("#enlarged").isVisible()).toBe(false);
    expect(await page.evaluate("document.activeElement.className")).toBe("open");
  });

  test("is no wider than a phone", async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
    await page.setViewportSize({ width: 1280, height: 900 });
  });

  test("follows the system into dark mode, plots too", async () => {
    const colors = (): Promise<unknown> =>
      page.evaluate(`["body", ".plot text"].map((selector) => {
        const style = getComputedStyle(document.querySelector(selector));
        return selector === "body" ? style.backgroundColor : style.fill;
      })`);
    const light = await colors();
    await page.emulateMedia({ colorScheme: "dark" });
    const dark = await colors();
    expect(light).toEqual(["rgb(245, 246, 248)", "rgb(89, 97, 110)"]);
    expect(dark).toEqual(["rgb(13, 17, 23)", "rgb(154, 165, 180)"]);
  });

  /** Sets the slider as a user's hand does, and waits until the page has followed. */
  async function moveSlider(on: Page, index: number): Promise<void> {
    await on.locator("#confidence").fill(String(index));
    const text = confidenceText(thresholds.values[index] as number);
    await expect.poll(() => on.textContent("#confidence-value")).toBe(text);
  }

  function onlyImage(image: number) {
    return reportInput([input.images[image] as (typeof input.images)[number]], { classes: input.classes }).analysis
      .matches;
  }
});
