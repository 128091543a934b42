import { expect, test } from "vitest";
import { matchDetections } from "../../../src/metrics/detection/coco/matching.ts";
import { confidenceText, thresholdsFor } from "../../../src/report/evaluation/thresholds.ts";

function thresholdsOf(scores: number[], operatingPoint = 0.3) {
  const boxes = scores.flatMap((_, i) => [i, 0, i + 1, 1]);
  const detections = { boxes, scores, classes: scores.map(() => 0) };
  return thresholdsFor(matchDetections([{ truth: { boxes: [], classes: [] }, detections }], ["a"]), operatingPoint);
}

test("there are 201 even thresholds, from 0 to 1", () => {
  const { values } = thresholdsOf([0.3]);
  expect(values).toHaveLength(201);
  expect([values[0], values[1], values[100], values[200]]).toEqual([0, 0.005, 0.5, 1]);
});

test("scores outside 0..1 widen them", () => {
  const { values } = thresholdsOf([-3, 5]);
  expect(values).toHaveLength(202); // and 0.3
  expect([values[0], values[101], values[201]]).toEqual([-3, 1, 5]);
});

test("a score passes each threshold up to its own, to the last bit", () => {
  const { values, lastPassedBy } = thresholdsOf([0.3]);
  for (const [index, value] of values.entries()) {
    expect(lastPassedBy(value)).toBe(index);
    if (index > 0) expect(lastPassedBy(value - 1e-12)).toBe(index - 1);
  }
});

test("the operating point is one of them, exactly, and the first", () => {
  const { values, start, lastPassedBy } = thresholdsOf([0.3], 0.18762);
  expect(values).toHaveLength(202);
  expect(values.slice(start - 1, start + 2)).toEqual([0.185, 0.18762, 0.19]);
  expect([lastPassedBy(0.18762), lastPassedBy(0.1876)]).toEqual([start, start - 1]);
  expect(thresholdsOf([0.3], 0.3).start).toBe(60);
});

test("thresholds of any range rise, and each is written as it is", () => {
  for (const scores of [[0.1], [7.123456], [-0.000123, 12345.678], [1e-9, 3.3e6]]) {
    const { values } = thresholdsOf(scores);
    for (const [i, value] of values.entries()) {
      if (i > 0) expect(value).toBeGreaterThan(values[i - 1] as number);
      expect(Number(confidenceText(value))).toBe(value);
    }
  }
  expect([0, 0.5, 0.18, 0.185, 1e-7, 12, NaN].map(confidenceText)).toEqual(
    ["0.00", "0.50", "0.18", "0.185", "1e-7", "12.00", "–"], // prettier-ignore
  );
});
