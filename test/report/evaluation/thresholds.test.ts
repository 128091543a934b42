import { expect, test } from "vitest";
import { matchDetections } from "../../../src/metrics/detection/coco/matching.ts";
import { thresholdsFor } from "../../../src/report/evaluation/thresholds.ts";

function thresholdsOf(scores: number[]) {
  const boxes = scores.flatMap((_, i) => [i, 0, i + 1, 1]);
  const detections = { boxes, scores, classes: scores.map(() => 0) };
  return thresholdsFor(matchDetections([{ truth: { boxes: [], classes: [] }, detections }], ["a"]));
}

test("there are 201 thresholds, from 0 to 1", () => {
  const { values } = thresholdsOf([0.3]);
  expect(values).toHaveLength(201);
  expect([values[0], values[1], values[100], values[200]]).toEqual([0, 0.005, 0.5, 1]);
});

test("scores outside 0..1 widen them", () => {
  const { values } = thresholdsOf([-3, 5]);
  expect([values[0], values[100], values[200]]).toEqual([-3, 1, 5]);
});

test("a score passes each threshold up to its own, to the last bit", () => {
  const { values, lastPassedBy } = thresholdsOf([0.3]);
  for (const [index, value] of values.entries()) {
    expect(lastPassedBy(value)).toBe(index);
    if (index > 0) expect(lastPassedBy(value - 1e-12)).toBe(index - 1);
  }
});
