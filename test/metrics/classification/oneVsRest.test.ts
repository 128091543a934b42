import { expect, test } from "vitest";
import { AnchorkitError } from "../../../src/base/errors.ts";
import {
  binaryAveragePrecision,
  binaryPrecisionRecall,
  oneVsRest,
  rocAuc,
  rocCurve,
} from "../../../src/metrics/index.ts";
import { binary, binaryRows, multiclass } from "./oracle.ts";

/** Two examples each of the first two classes, none of the third. */
const labels = [0, 0, 1, 1];
const probabilities = [0.6, 0.3, 0.1, 0.5, 0.2, 0.3, 0.1, 0.8, 0.1, 0.4, 0.3, 0.3];

test("each class is ranked against all others by its own column", () => {
  const { perClass } = oneVsRest(labels, probabilities, 3);
  expect(perClass.map(({ support }) => support)).toEqual([2, 2, 0]);
  expect(perClass[1]?.rocCurve).toEqual(rocCurve([0, 0, 1, 1], [0.3, 0.2, 0.8, 0.3]));
  expect(perClass[1]?.precisionRecallCurve).toEqual(binaryPrecisionRecall([0, 0, 1, 1], [0.3, 0.2, 0.8, 0.3]));
  // Of the four pairs three are won and one is tied.
  expect(perClass.map(({ rocAuc }) => rocAuc)).toEqual([1, 3.5 / 4, NaN]);
  // The second positive of class 1 is found together with a negative: precision 2/3.
  expect(perClass[1]?.averagePrecision).toBeCloseTo((1 + 2 / 3) / 2, 15);
});

test("a class without examples takes the macro area away, and its average precision of 0 counts", () => {
  const { macro } = oneVsRest(labels, probabilities, 3);
  expect(macro.rocAuc).toBeNaN();
  expect(macro.averagePrecision).toBeCloseTo((1 + 5 / 6 + 0) / 3, 15);
});

test("the weighted means leave out classes without examples", () => {
  const { weighted } = oneVsRest(labels, probabilities, 3);
  expect(weighted.rocAuc).toBeCloseTo((2 * 1 + 2 * 0.875) / 4, 15);
  expect(weighted.averagePrecision).toBeCloseTo((2 * 1 + (2 * 5) / 6) / 4, 15);
});

test("the weighted means count each class by its examples", () => {
  const { weighted, perClass } = oneVsRest([0, 0, 0, 1], [0.9, 0.1, 0.4, 0.6, 0.8, 0.2, 0.5, 0.5], 2);
  const [first = NaN, second = NaN] = perClass.map(({ averagePrecision }) => averagePrecision);
  expect(first).not.toBeCloseTo(second, 2);
  expect(weighted.averagePrecision).toBeCloseTo((3 * first + second) / 4, 15);
});

test("of two classes both have the same area", () => {
  const { perClass, macro } = oneVsRest(binary.labels, binaryRows, 2);
  const area = rocAuc(rocCurve(binary.labels, binary.probabilities));
  for (const { rocAuc } of perClass) expect(rocAuc).toBeCloseTo(area, 14);
  expect(macro.rocAuc).toBeCloseTo(binary.expected.rocAuc, 14);
  expect(perClass[1]?.averagePrecision).toBeCloseTo(
    binaryAveragePrecision(binaryPrecisionRecall(binary.labels, binary.probabilities)),
    15,
  );
});

test("the reference library's macro area of five classes comes out", () => {
  const { macro } = oneVsRest(multiclass.labels, multiclass.probabilities, 5);
  expect(macro.rocAuc).toBeCloseTo(multiclass.expected.aucOvrMacro, 14);
});

test("the curves stay short: their corners only", () => {
  const n = 2000;
  const labels = Uint8Array.from({ length: n }, (_, i) => (i % 100 === 0 ? 1 : 0));
  const rows = Float64Array.from({ length: 2 * n }, (_, i) => {
    const p = (((i >> 1) * 37) % n) / n;
    return i % 2 === 1 ? p : 1 - p;
  });
  for (const { rocCurve, precisionRecallCurve } of oneVsRest(labels, rows, 2).perClass) {
    expect(rocCurve.length).toBeLessThanOrEqual(2 * 20 + 3);
    expect(precisionRecallCurve.length).toBeLessThanOrEqual(n + 1);
  }
  expect(oneVsRest(labels, rows, 2).perClass[1]?.precisionRecallCurve.length).toBeLessThanOrEqual(2 * 20 + 3);
});

test("probabilities that do not fit the labels are refused", () => {
  const message = "oneVsRest: 2 labels and 2 classes need 4 probabilities (a row of 2 for each label), got 3";
  expect(() => oneVsRest([0, 1], [0.5, 0.5, 1], 2)).toThrow(new AnchorkitError(message));
});
