import { expect, test } from "vitest";
import { AnchorkitError } from "../../../src/base/errors.ts";
import { confidenceReliability, expectedCalibrationError } from "../../../src/metrics/index.ts";

test("the confidence is the predicted class's probability, and a hit is the true class predicted", () => {
  const rows = [0.6, 0.3, 0.1, 0.2, 0.7, 0.1, 0.1, 0, 0.9, 0.4, 0.35, 0.25];
  const bins = confidenceReliability([0, 0, 2, 0], rows, 3, 2);
  expect(bins).toEqual([
    { from: 0, to: 0.5, count: 1, meanScore: 0.4, accuracy: 1 },
    { from: 0.5, to: 1, count: 3, meanScore: expect.closeTo((0.6 + 0.7 + 0.9) / 3, 15) as number, accuracy: 2 / 3 },
  ]);
  expect(expectedCalibrationError(bins)).toBeCloseTo((1 * 0.6 + 3 * (2.2 / 3 - 2 / 3)) / 4, 15);
});

test("logits are refused", () => {
  expect(() => confidenceReliability([0], [3, -3], 2)).toThrow(AnchorkitError);
  expect(() => confidenceReliability([0], [3, -3], 2)).toThrow("confidenceReliability: the probability of row 0");
});
