import { expect, test } from "vitest";
import { AnchorkitError } from "../../../src/base/errors.ts";
import { predictedClasses, topKAccuracy } from "../../../src/metrics/index.ts";
import { multiclass } from "./oracle.ts";

test("the most probable class is predicted, of equal ones the first", () => {
  const rows = Float32Array.of(0.2, 0.5, 0.3, 0.4, 0.2, 0.4, 0.1, 0.2, 0.7);
  expect([...predictedClasses(rows, 3)]).toEqual([1, 0, 2]);
});

test("logits are as good as probabilities for the predicted class", () => {
  expect([...predictedClasses([-3, -1, -2, 5, 4, 9], 3)]).toEqual([1, 2]);
});

test("top-k accuracy counts the examples whose class is among the k most probable", () => {
  const rows = [0.5, 0.3, 0.2, 0.5, 0.3, 0.2, 0.5, 0.3, 0.2, 0.1, 0.2, 0.7];
  const labels = [0, 1, 2, 2];
  expect([1, 2, 3].map((k) => topKAccuracy(labels, rows, 3, k))).toEqual([0.5, 0.75, 1]);
});

test("of equally probable classes the one of higher index comes first in top-k, as in scikit-learn", () => {
  const row = [0.4, 0.4, 0.2];
  expect(topKAccuracy([0], row, 3, 1)).toBe(0);
  expect(topKAccuracy([1], row, 3, 1)).toBe(1);
  expect(topKAccuracy([0], row, 3, 2)).toBe(1);
});

test("the reference library's top-2 accuracy comes out", () => {
  const { labels, probabilities, expected } = multiclass;
  expect(topKAccuracy(labels, probabilities, 5, 2)).toBeCloseTo(expected.top2, 7); // a float32 there
});

test.each([0, 3, 1.5])("k = %d is refused for two classes", (k) => {
  const message = `topKAccuracy: k must be an integer in 1..2, the number of classes; got ${k}`;
  expect(() => topKAccuracy([0], [0.5, 0.5], 2, k)).toThrow(new AnchorkitError(message));
});

test.each([
  [[0.1, 0.2, 0.7], 2, "predictedClasses: 3 probabilities do not divide into rows of 2"],
  [[0.1], 0, "predictedClasses: 1 probabilities do not divide into rows of 0"],
  [[0.1, 0.9, 0.1, NaN], 2, "predictedClasses: the probability of row 1, class 1 is NaN"],
])("numbers %j in rows of %d are refused", (numbers, classCount, message) => {
  expect(() => predictedClasses(numbers, classCount)).toThrow(new AnchorkitError(message));
});
