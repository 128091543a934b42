import fc from "fast-check";
import { expect, test } from "vitest";
import { AnchorkitError } from "../../../src/base/errors.ts";
import { binaryAveragePrecision, binaryPrecisionRecall } from "../../../src/metrics/index.ts";
import { binary } from "./oracle.ts";

const point = (threshold: number, precision: number, recall: number) => ({ threshold, precision, recall });

test("the curve goes from recall 0 to 1 as the threshold falls, ties in one step", () => {
  expect(binaryPrecisionRecall([1, 0, 1, 0], [0.9, 0.5, 0.5, 0.1])).toEqual([
    point(Infinity, 1, 0),
    point(0.9, 1, 1 / 2),
    point(0.5, 2 / 3, 1),
    point(0.1, 2 / 4, 1),
  ]);
});

test("of thresholds with the same recall the first and the last stay", () => {
  expect(binaryPrecisionRecall([1, 0, 0, 0, 1], [5, 4, 3, 2, 1])).toEqual([
    point(Infinity, 1, 0),
    point(5, 1, 1 / 2),
    point(2, 1 / 4, 1 / 2),
    point(1, 2 / 5, 1),
  ]);
});

test("average precision weighs the precision of each point by the recall it adds", () => {
  // Positives found at ranks 1, 3 and 5: precisions 1, 2/3 and 3/5, each worth a third.
  const curve = binaryPrecisionRecall([1, 0, 1, 0, 1], [5, 4, 3, 2, 1]);
  expect(binaryAveragePrecision(curve)).toBeCloseTo((1 + 2 / 3 + 3 / 5) / 3, 15);
});

test("average precision does not interpolate: a later, higher precision does not lift an earlier one", () => {
  const curve = binaryPrecisionRecall([0, 1, 1], [3, 2, 1]);
  expect(binaryAveragePrecision(curve)).toBeCloseTo((1 / 2 + 2 / 3) / 2, 15);
});

test("average precision is the mean, over the positives, of the precision at their scores", () => {
  const example = fc.record({ positive: fc.boolean(), score: fc.integer({ min: 0, max: 9 }) });
  fc.assert(
    fc.property(fc.array(example, { minLength: 1, maxLength: 30 }), (examples) => {
      const precisions = examples
        .filter(({ positive }) => positive)
        .map(({ score }) => {
          const called = examples.filter((other) => other.score >= score);
          return called.filter(({ positive }) => positive).length / called.length;
        });
      const mean = precisions.reduce((sum, precision) => sum + precision, 0) / Math.max(precisions.length, 1);
      const positives = examples.map(({ positive }) => positive);
      const scores = examples.map(({ score }) => score);
      expect(binaryAveragePrecision(binaryPrecisionRecall(positives, scores))).toBeCloseTo(mean, 12);
    }),
  );
});

test("without positives, recall is 1 at every threshold and average precision 0, as in scikit-learn", () => {
  const curve = binaryPrecisionRecall([0, 0, 0], [0.3, 0.2, 0.1]);
  expect(curve).toEqual([point(Infinity, 1, 0), point(0.3, 0, 1), point(0.1, 0, 1)]);
  expect(binaryAveragePrecision(curve)).toBe(0);
});

test("the reference library's average precision comes out", () => {
  const curve = binaryPrecisionRecall(binary.labels, binary.probabilities);
  expect(binaryAveragePrecision(curve)).toBeCloseTo(binary.expected.averagePrecision, 14);
});

test("labels other than 0 and 1 are refused", () => {
  const message = "binaryPrecisionRecall: label 0 must be 0 or 1, false or true, got -1";
  expect(() => binaryPrecisionRecall([-1, 1], [0.5, 0.6])).toThrow(new AnchorkitError(message));
});
