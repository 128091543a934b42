import { expect, test } from "vitest";
import { matchDetections } from "../../../../src/metrics/detection/coco/matching.ts";
import { scoreHistogram, sizeHistogram } from "../../../../src/report/evaluation/plots/histograms.ts";

// Objects of 10, 20 and 20 pixels, the last one a crowd; the first two are found with scores 0.9 and 0.3.
const matches = matchDetections(
  [
    {
      truth: { boxes: [0, 0, 10, 10, 50, 0, 70, 20, 0, 50, 20, 70], classes: [0, 0, 0], crowd: [0, 0, 1] },
      detections: {
        ...{ boxes: [0, 0, 10, 10, 50, 0, 70, 20, 0, 50, 20, 70, 90, 90, 95, 95], classes: [0, 0, 0, 0] },
        scores: [0.9, 0.3, 0.8, 1],
      },
    },
  ],
  ["a"],
);

test("objects are counted by size, found where a detection is sure enough", () => {
  const bins = sizeHistogram(matches, 0.5).map(({ from, to, found, missed }) => [from, to, found, missed]);
  expect(bins).toEqual([
    [8, 16, 1, 0],
    [16, 32, 0, 1],
  ]);
  expect(sizeHistogram(matches, 0.3)[1]).toMatchObject({ found: 1, missed: 0 });
});

test("detections are counted by score, without those of crowds", () => {
  const bins = scoreHistogram(matches, [0, 1]).filter(({ right, wrong }) => right + wrong > 0);
  expect(bins.map(({ from, right, wrong }) => [Math.round(from * 100), right, wrong])).toEqual([
    [30, 1, 0],
    [90, 1, 0],
    [95, 0, 1],
  ]);
});

test("there are no sizes without objects", () => {
  expect(sizeHistogram(matchDetections([], ["a"]), 0.5)).toEqual([]);
});
