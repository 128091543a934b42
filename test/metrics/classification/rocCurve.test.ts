import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AnchorkitError } from "../../../src/base/errors.ts";
import { rocAuc, rocCurve } from "../../../src/metrics/index.ts";
import { binary } from "./oracle.ts";

const point = (threshold: number, falsePositiveRate: number, truePositiveRate: number) => ({
  threshold,
  falsePositiveRate,
  truePositiveRate,
});

test("the curve goes from nothing called positive to everything, ties in one step", () => {
  // The example of scikit-learn's roc_curve, with one score doubled.
  expect(rocCurve([0, 0, 1, 1], [0.1, 0.4, 0.4, 0.8])).toEqual([
    point(Infinity, 0, 0),
    point(0.8, 0, 0.5),
    point(0.4, 0.5, 1),
    point(0.1, 1, 1),
  ]);
});

test("points between two neighbours on a line are left out", () => {
  const scores = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4];
  expect(rocCurve([1, 1, 1, 0, 0, 0], scores)).toEqual([
    point(Infinity, 0, 0),
    point(0.9, 0, 1 / 3),
    point(0.7, 0, 1),
    point(0.4, 1, 1),
  ]);
});

test("without positives or negatives their rate and the area are not numbers", () => {
  const onlyNegatives = rocCurve([0, 0], [0.2, 0.1]);
  expect(onlyNegatives).toEqual([point(Infinity, 0, NaN), point(0.2, 0.5, NaN), point(0.1, 1, NaN)]);
  expect(rocAuc(onlyNegatives)).toBeNaN();
  expect(rocAuc(rocCurve([true, true], [0.2, 0.1]))).toBeNaN();
});

describe("the area", () => {
  test("is 1 for a perfect ranking, 0 for the opposite, 1/2 if all scores tie", () => {
    expect(rocAuc(rocCurve([1, 1, 0, 0], [4, 3, 2, 1]))).toBe(1);
    expect(rocAuc(rocCurve([0, 0, 1, 1], [4, 3, 2, 1]))).toBe(0);
    expect(rocAuc(rocCurve([0, 1, 0, 1], [7, 7, 7, 7]))).toBe(0.5);
  });

  test("is the share of pairs in which the positive scores higher, ties counted half", () => {
    const example = fc.record({ positive: fc.boolean(), score: fc.integer({ min: 0, max: 6 }) });
    fc.assert(
      fc.property(fc.array(example, { minLength: 1, maxLength: 30 }), (examples) => {
        const pairs = examples
          .filter(({ positive }) => positive)
          .flatMap((one) => examples.filter(({ positive }) => !positive).map((other) => one.score - other.score));
        const won = pairs.reduce((sum, difference) => sum + (Math.sign(difference) + 1) / 2, 0);
        const positives = examples.map(({ positive }) => positive);
        const scores = examples.map(({ score }) => score);
        const area = rocAuc(rocCurve(positives, scores));
        if (pairs.length === 0) expect(area).toBeNaN();
        else expect(area).toBeCloseTo(won / pairs.length, 12);
      }),
    );
  });

  test("is the reference library's", () => {
    expect(rocAuc(rocCurve(binary.labels, binary.probabilities))).toBeCloseTo(binary.expected.rocAuc, 14);
  });
});

test.each([
  [[1], [0.5, 0.6], "rocCurve: 1 labels but 2 scores; give one for each label"],
  [[], [], "rocCurve: no scores; give at least one"],
  [[1, 2], [0.5, 0.6], "rocCurve: label 1 must be 0 or 1, false or true, got 2"],
  [[1, 0], [0.5, NaN], "rocCurve: score 1 must be a finite number, got NaN"],
  [[1, 0], [Infinity, 0], "rocCurve: score 0 must be a finite number, got Infinity"],
])("positives %j with scores %j are refused", (positives, scores, message) => {
  expect(() => rocCurve(positives, scores)).toThrow(new AnchorkitError(message));
});
