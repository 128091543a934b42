import { expect, test } from "vitest";
import { averagePrecision, recall } from "../../../../src/metrics/detection/coco/averagePrecision.ts";
import { FALSE_POSITIVE, IGNORED, TRUE_POSITIVE } from "../../../../src/metrics/detection/coco/matching.ts";

const [hit, miss, ignored] = [TRUE_POSITIVE, FALSE_POSITIVE, IGNORED];

test.each([
  { outcomes: [hit], positives: 1, expected: 1 },
  { outcomes: [miss, hit], positives: 1, expected: 1 / 2 },
  // Recall 1/2 is reached at precision 1 (points 0 to 0.50), recall 1 at 2/3 (0.51 to 1).
  { outcomes: [hit, miss, hit], positives: 2, expected: (51 + (50 * 2) / 3) / 101 },
  // Half the objects are never found: 50 points are 0.
  { outcomes: [hit, miss], positives: 2, expected: 51 / 101 },
  // Precision 1/2 at the first find and 2/3 at the second: the higher counts for both.
  { outcomes: [miss, hit, hit], positives: 2, expected: 2 / 3 },
  { outcomes: [ignored, hit, ignored], positives: 1, expected: 1 },
  { outcomes: [miss, ignored], positives: 3, expected: 0 },
  { outcomes: [], positives: 3, expected: 0 },
])("average precision of $outcomes with $positives to find is $expected", ({ outcomes, positives, expected }) => {
  expect(averagePrecision(Uint8Array.from(outcomes), positives)).toBeCloseTo(expected, 14);
});

test("the recall points are NumPy's: 35 times 0.01 lies above 35 / 100", () => {
  const outcomes = new Uint8Array(35).fill(hit);
  // 35 of 100 found: the points 0 to 0.34 are reached, 0.35000000000000003 is not.
  expect(averagePrecision(outcomes, 100)).toBeCloseTo(35 / 101, 14);
});

test("precision has pycocotools' tiny term in its denominator: a single find is a hair below 1", () => {
  expect(averagePrecision(Uint8Array.of(hit), 1)).toBeLessThan(1);
});

test("recall counts what the best detections of each image found", () => {
  const outcomes = Uint8Array.of(hit, hit, miss, hit, ignored);
  const ranks = Int32Array.of(0, 0, 1, 1, 2);
  expect(recall(outcomes, ranks, 1, 4)).toBe(2 / 4);
  expect(recall(outcomes, ranks, 2, 4)).toBe(3 / 4);
});

test("without anything to find there is no number", () => {
  expect(averagePrecision(Uint8Array.of(miss), 0)).toBeNaN();
  expect(recall(new Uint8Array(), new Int32Array(), 100, 0)).toBeNaN();
});
