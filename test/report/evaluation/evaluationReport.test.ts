import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { analyzeDetections } from "../../../src/metrics/detection/analysis.ts";
import { compareCoco } from "../../../src/metrics/detection/compare.ts";
import type { EvaluationImage } from "../../../src/metrics/index.ts";
import { evaluationReport, writeEvaluationReport } from "../../../src/report/evaluation/evaluationReport.ts";
import { type CountTable, pointAt } from "../../../src/report/evaluation/countTable.ts";
import { confidenceText } from "../../../src/report/evaluation/thresholds.ts";
import { explanationTables } from "../../../src/cli/detect/explanationTables.ts";
import { renderTables } from "../../../src/cli/tables.ts";
import { CLASSES, reportInput, syntheticImages } from "./syntheticEvaluation.ts";

const HOSTILE = `</script><img src=x onerror="alert(1)">&'"`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "report-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("evaluationReport", () => {
  test("has one operating point, with one value wherever it stands, and the tables of the command line have it, too", async () => {
    const close = syntheticImages(30, 4).map(({ detections, ...image }) => ({
      ...image,
      detections: { ...detections, scores: Array.from(detections.scores, (score) => 0.18 + score / 50) },
    }));
    const input = reportInput(close);
    const { best } = input.analysis.curves.pooled;
    const html = (await evaluationReport(input)).replaceAll("\u00a0", " ");
    const confidence = confidenceText(best.confidence);
    expect(Math.round(best.confidence * 200) / 200).not.toBe(best.confidence); // none of the slider's even steps
    const text = html.replaceAll(/<[^>]*>/g, "");
    const named = [...text.matchAll(/at confidence ([\d.]*\d)/gi)].map(([, value]) => value);
    expect(named.length).toBeGreaterThanOrEqual(5); // headline, card, plots, counts
    expect(new Set(named)).toEqual(new Set([confidence]));
    expect(html).toContain(`for="confidence">${confidence}</output>`);
    expect(html).toContain(`<dd id="all-f1">${best.f1.toFixed(3)}</dd>`);
    expect(html).toContain(`<p class="value">${best.f1.toFixed(3)}</p>`);
    expect(text).toContain(`F1 is highest, ${best.f1.toFixed(3)}, at confidence ${confidence}`);
    const counts = JSON.parse(/id="counts">([^<]*)</.exec(html)?.[1] ?? "") as CountTable;
    expect(counts.thresholds[counts.start]).toBe(best.confidence);
    expect(pointAt(counts.all, counts.thresholds, counts.start)).toEqual(best);

    const tables = renderTables(explanationTables(input.analysis), "markdown");
    const all = tables.split("\n").find((line) => /^\| all +\| +[\d.]+ \| +[\d.]+ \| +[\d.]+ \|/.test(line));
    const cells = (all ?? "").split("|").map((cell) => cell.trim());
    expect(cells.slice(2, 6)).toEqual([confidence, ...[best.precision, best.recall, best.f1].map((n) => n.toFixed(3))]);
    expect(tables).toContain(`at confidence ${confidence}`);
  });

  test("is written as one file that loads nothing", async () => {
    const file = join(folder, "made/report.html");
    await writeEvaluationReport(file, reportInput(syntheticImages(6)));
    const html = await readFile(file, "utf8");
    expect(html.startsWith("<!doctype html>")).toBe(true);
    expect(html.match(/\b(?:src|href|action)="(?!data:)[^"]*"/g)).toBeNull();
    expect(html.match(/url\((?!#)|@import/g)).toBeNull();
    expect(html).toMatch(
      /Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-/,
    );
  });

  test("lets no name of the user's out of its place", async () => {
    const images = syntheticImages(6).map((image) => ({ ...image, fileName: HOSTILE }));
    const classes = [HOSTILE, `${HOSTILE} 2`, "<!--<script>"];
    const other = analyzeDetections(images, classes, { resamples: 0 });
    const input = reportInput(images, { classes, title: HOSTILE, warnings: [HOSTILE] });
    const difference = compareCoco(input.analysis.matches, other.matches, { resamples: 20 });
    const html = await evaluationReport({ ...input, comparison: { against: HOSTILE, difference } });
    expect(html).toContain("&lt;/script"); // the names are there
    expect(html.match(/<img\b/gi)).toBeNull();
    expect(html.match(/<script/g)).toHaveLength(2);
    expect(html.match(/<\/script/g)).toHaveLength(2);
    expect(html.match(/<!--/g)).toBeNull();
  });

  test("says so where there are no pictures, and shows them where there are", async () => {
    const images = syntheticImages(4);
    const without = await evaluationReport(reportInput(images));
    expect(without).toContain("The image files were not there");
    expect(without).not.toContain("data:image/");
    const file = join(folder, "grey.png");
    await sharp({ create: { width: 640, height: 480, channels: 3, background: "#777" } })
      .png()
      .toFile(file);
    const withPictures = await evaluationReport(reportInput(images.map((image) => ({ ...image, file }))));
    expect(withPictures).toContain('href="data:image/webp;base64,');
    expect(withPictures).not.toContain("an empty canvas");
    const oneLost = images.map((image, i) => ({ ...image, file: i === 0 ? join(folder, "lost.png") : file }));
    expect(await evaluationReport(reportInput(oneLost))).toMatch(/\d+ of \d+ pictures could not be read/);
  });

  test("stays under 5 MB whatever the pictures and the names", async () => {
    const file = join(folder, "noise.png");
    const noise = { width: 1600, height: 1200, channels: 3 as const };
    const pixels = Uint8Array.from({ length: 1600 * 1200 * 3 }, (_, i) => (Math.imul(i, 2654435761) >>> 24) & 255);
    await sharp(pixels, { raw: noise }).png({ compressionLevel: 0 }).toFile(file);
    const long = "x".repeat(20_000);
    const images = syntheticImages(60).map((image) => ({ ...image, file, fileName: long }));
    const classes = CLASSES.map((name) => name + long);
    const html = await evaluationReport(reportInput(images, { classes, warnings: Array<string>(5000).fill(long) }));
    expect(Buffer.byteLength(html)).toBeLessThan(5e6);
    expect(html).toContain("data:image/webp"); // fewer or coarser ones, not none
  });

  test("has something to say of no images, of nothing to find and of no detections", async () => {
    expect(await evaluationReport(reportInput([]))).toContain("There are no images");
    const nothing = { boxes: [], classes: [], scores: [] };
    const noTruth: EvaluationImage[] = syntheticImages(3).map((image) => ({ ...image, truth: nothing }));
    expect(await evaluationReport(reportInput(noTruth))).toContain("There is nothing to find in these images");
    const noDetections = syntheticImages(3).map((image) => ({ ...image, detections: nothing }));
    expect(await evaluationReport(reportInput(noDetections))).toMatch(
      /Finds none of \d+ objects: there are no detections/,
    );
  });

  test("tells how a training went, once it was measured twice", async () => {
    const input = reportInput(syntheticImages(2));
    const first = { epoch: 1, loss: 2.5, metrics: { AP: 0.3, AP50: 0.5 }, best: true };
    const second = { epoch: 2.5, loss: 1.5, metrics: { AP: 0.25, AP50: 0.45 }, best: false };
    expect(await evaluationReport({ ...input, training: [first] })).not.toContain("How the training went");
    const html = await evaluationReport({ ...input, training: [first, second] });
    expect(html).toContain("How the training went");
    expect(html).toContain("The best weights are those after epoch 1.0, with AP 0.300.");
    expect(html).toContain("0.300 after epoch 1.0, 0.250 after epoch 2.5");
  });

  test("takes scores that are no probabilities", async () => {
    const images = syntheticImages(5).map((image) => ({
      ...image,
      detections: { ...image.detections, scores: Array.from(image.detections.scores, (score) => score * 20 - 10) },
    }));
    const html = await evaluationReport(reportInput(images));
    expect(html).toContain("Explore by confidence");
    expect(html).not.toContain("Do the scores keep their promise");
  });
});
