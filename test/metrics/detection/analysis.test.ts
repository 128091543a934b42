import { expect, test } from "vitest";
import { analyzeDetections } from "../../../src/metrics/detection/analysis.ts";
import { evaluateCoco } from "../../../src/metrics/detection/coco/coco.ts";
import { operatingPoints } from "../../../src/metrics/detection/operatingPoints.ts";

// Two images: a found cat and a missed dog, a found dog and something where there is nothing.
const images = [
  {
    truth: { boxes: [0, 0, 10, 10, 50, 50, 90, 90], classes: [0, 1] },
    detections: { boxes: [0, 0, 10, 10], scores: [0.9], classes: [0] },
  },
  {
    truth: { boxes: [0, 0, 40, 40], classes: [1] },
    detections: { boxes: [0, 0, 40, 40, 60, 60, 80, 80], scores: [0.8, 0.7], classes: [1, 1] },
  },
];
const classes = ["cat", "dog"];

test("all numbers come from one set of matches, and agree", () => {
  const analysis = analyzeDetections(images, classes, { resamples: 10 });
  expect(analysis.coco).toEqual(evaluateCoco(images, classes));
  expect(analysis.intervals?.AP.value).toBe(analysis.coco.AP);
  expect(analysis.tide.AP50).toBeCloseTo(analysis.coco.AP50, 12);
  expect(analysis.slices.map(({ by }) => by)).toEqual(["fine-size", "aspect", "crowding", "objects"]);
});

test("confusion and counts are at the confidence of highest F1", () => {
  const analysis = analyzeDetections(images, classes, { resamples: 0 });
  expect(analysis.confidence).toBe(0.8);
  expect(analysis.confusion.matrix).toEqual([
    [1, 0, 0],
    [0, 1, 1],
    [0, 0, 0],
  ]);
  expect(analysis.counting.total.detections).toBe(2);
  expect(operatingPoints(analysis.matches, { confidence: 0.8 }).pooled.f1).toBe(analysis.curves.pooled.best.f1);
});

test("without resamples there are no intervals, and without images none either", () => {
  expect(analyzeDetections(images, classes, { resamples: 0 }).intervals).toBeNull();
  const nothing = analyzeDetections([], classes);
  expect(nothing.intervals).toBeNull();
  expect(nothing.coco.AP).toBeNaN();
  expect(nothing.confidence).toBe(0);
});

test("scores that are no shares have no calibration", () => {
  const [first, second] = images as [(typeof images)[number], (typeof images)[number]];
  const sure = { ...first, detections: { ...first.detections, scores: [12] } };
  expect(analyzeDetections([sure, second], classes, { resamples: 0 }).calibration).toBeNull();
  expect(analyzeDetections(images, classes, { resamples: 0 }).calibration).not.toBeNull();
});
