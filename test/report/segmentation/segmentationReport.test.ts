import { describe, expect, test } from "vitest";
import { join } from "node:path";
import { tmpdir } from "node:os";
import { mkdtempSync, rmSync } from "node:fs";
import sharp from "sharp";
import { type MeasuredImage, measureSegmenter } from "../../../src/segmentation/measuring/measure.ts";
import { Extremes } from "../../../src/report/segmentation/extremes.ts";
import type { SegmentationReportInput } from "../../../src/report/segmentation/input.ts";
import { segmentationReport } from "../../../src/report/segmentation/segmentationReport.ts";
import { verdictOf } from "../../../src/report/segmentation/verdict.ts";

/** A bar of class 1 of which the first pixels are found as `called`, in an image of 20 x 10. */
function image(file: string, found: number, called = 1, width = 20): MeasuredImage {
  const height = width / 2;
  const row = (length: number, label: number): number[] =>
    Array.from({ length: width }, (_, x) => (x < length ? label : 0));
  const map = (line: number[]) => ({
    width,
    height,
    data: Uint8Array.from(Array(height).fill(line).flat() as number[]),
  });
  const truth = map(row(width / 2, 1));
  return { file, size: { width, height }, truth, prediction: map(row(Math.round((found * width) / 2), called)) };
}

async function inputOf(images: readonly MeasuredImage[], classes: string[]): Promise<SegmentationReportInput> {
  const extremes = new Extremes();
  const evaluation = await measureSegmenter(images, classes, (...seen) => {
    extremes.add(...seen);
  });
  return { title: "run on test", classes, evaluation, shown: extremes.get(), pictures: true };
}

describe("the images that are shown", () => {
  test("are the worst and the best, none in both, and those without a class are left out", async () => {
    const order = [0.5, 1, 0.1, 0.9, 0.3, 0.7, 0.2, 0.6, 0.4, 0.8];
    const many = [...order, ...order.map((share) => share - 0.05), ...order.map((share) => share - 0.02)];
    const images = many.map((share, i) => image(`${i}.png`, share, 1, 200));
    const empty = image("empty.png", 0);
    const { shown } = await inputOf([{ ...empty, truth: empty.prediction }, ...images], ["cat"]);
    const ious = (list: readonly { iou: number }[]): string[] => list.map(({ iou }) => iou.toFixed(2));
    const sorted = many.toSorted((a, b) => a - b).map((share) => share.toFixed(2));
    expect(ious(shown.worst)).toEqual(sorted.slice(0, 12));
    expect(ious(shown.best)).toEqual(sorted.slice(-6).reverse());
  });

  test("of few images, each once", async () => {
    const { shown } = await inputOf(
      [0.2, 0.9, 0.5].map((share, i) => image(`${i}.png`, share)),
      ["cat"],
    );
    expect([shown.worst, shown.best].map((list) => list.map(({ file }) => file))).toEqual([
      ["0.png", "2.png"],
      ["1.png"],
    ]);
  });

  test("their maps are no larger than a page shows", async () => {
    const { shown } = await inputOf([image("a.png", 0.5, 1, 1200)], ["cat"]);
    expect(shown.worst[0]?.truth).toMatchObject({ width: 560, height: 280 });
    expect(shown.worst[0]?.iou).toBe(0.5);
  });
});

test("the page has the numbers, the layers and the images, and loads nothing", async () => {
  const folder = mkdtempSync(join(tmpdir(), "anchorkit-segmentation-report-"));
  try {
    const file = join(folder, "photo.png");
    await sharp({ create: { width: 20, height: 10, channels: 3, background: "#456" } }).toFile(file);
    const html = await segmentationReport(
      await inputOf([image(file, 0.5), image("gone <b>.png", 0.9, 2)], ["cat", "a <i>dog</i>"]),
    );
    expect(html).toContain("Few images to judge by: mean IoU");
    expect(html.match(/--photo:url\(data:image\/webp/g)).toHaveLength(1);
    expect(html).toContain("1 image of 2 could not be read");
    expect(html.match(/<img src="data:image\/webp/g)).toHaveLength(6);
    expect(html).toContain('type="range"');
    expect(html).toContain("taken for another class");
    expect(html).toContain("a &lt;i>dog");
    expect(html).not.toContain("<i>dog");
    expect(html).not.toMatch(/(?:src|href)="(?!data:|#)/);
    expect(html).not.toMatch(/https?:\/\/(?!www\.w3\.org)/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

describe("the verdict", () => {
  test("says what guessing would come to, and what is mistaken for what", async () => {
    const { headline, details } = verdictOf(
      await inputOf([image("a.png", 0.5), image("b.png", 0.9, 2)], ["cat", "dog"]),
    );
    expect(headline).toBe("Few images to judge by: mean IoU 0.340 over the background and 2 classes.");
    expect(details[0]).toBe(
      "63% of the pixels are right. Calling all of them “background” would be right in 50%, with a mean IoU of 0.250.",
    );
    expect(details[1]).toBe(
      "Outlines agree with a boundary F1 of 0.000. No image shows 1 class, so nothing is known of it.",
    );
    expect(details[2]).toBe("Most wrong pixels are “cat” taken for “dog”: 90 of 150.");
  });

  test("of one class, and of nothing", async () => {
    expect(verdictOf(await inputOf([image("a.png", 1)], ["cell"]))).toMatchObject({
      headline: "Few images to judge by: IoU 1.000 of “cell”, 1.000 in an image on average.",
      details: [expect.any(String), expect.any(String), "No pixel is wrong."],
    });
    expect(verdictOf(await inputOf([], ["cell"])).headline).toBe("No pixel counts, so nothing was measured.");
  });
});
