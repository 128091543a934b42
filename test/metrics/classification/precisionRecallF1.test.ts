import { expect, test } from "vitest";
import { confusionMatrix, precisionRecallF1, predictedClasses } from "../../../src/metrics/index.ts";
import { binary, binaryRows, multiclass } from "./oracle.ts";

/** Class 2 has two examples and is never predicted; class 3 neither occurs nor is predicted. */
const confusion = [
  [3, 1, 0, 0],
  [1, 1, 0, 0],
  [2, 0, 0, 0],
  [0, 0, 0, 0],
];

test("each class has precision, recall and F1 against all others, and 0 for 0 / 0", () => {
  const { perClass } = precisionRecallF1(confusion);
  expect(perClass).toEqual([
    { support: 4, precision: 3 / 6, recall: 3 / 4, f1: 6 / 10 },
    { support: 2, precision: 1 / 2, recall: 1 / 2, f1: 1 / 2 },
    { support: 2, precision: 0, recall: 0, f1: 0 },
    { support: 0, precision: 0, recall: 0, f1: 0 },
  ]);
});

test("the micro average is the accuracy, three times", () => {
  expect(precisionRecallF1(confusion).micro).toEqual({ precision: 0.5, recall: 0.5, f1: 0.5 });
});

test("the macro average counts each class alike, those that never occur with zeros", () => {
  const { precision, recall, f1 } = precisionRecallF1(confusion).macro;
  expect(precision).toBeCloseTo(1 / 4, 15);
  expect(recall).toBeCloseTo((3 / 4 + 1 / 2) / 4, 15);
  expect(f1).toBeCloseTo((0.6 + 0.5) / 4, 15);
});

test("the weighted average counts each class by its number of examples", () => {
  const { precision, recall, f1 } = precisionRecallF1(confusion).weighted;
  expect(precision).toBeCloseTo((4 * 0.5 + 2 * 0.5) / 8, 15);
  expect(recall).toBeCloseTo((4 * 0.75 + 2 * 0.5) / 8, 15);
  expect(f1).toBeCloseTo((4 * 0.6 + 2 * 0.5) / 8, 15);
});

test("the reference library's numbers of five classes and of two come out", () => {
  const { labels, probabilities, expected } = multiclass;
  const five = precisionRecallF1(confusionMatrix(labels, predictedClasses(probabilities, 5), 5));
  five.perClass.forEach(({ precision, recall, f1 }, k) => {
    expect(precision).toBeCloseTo(expected.precision[k] as number, 14);
    expect(recall).toBeCloseTo(expected.recall[k] as number, 14);
    expect(f1).toBeCloseTo(expected.f1[k] as number, 14);
  });
  expect(five.perClass).toHaveLength(5);
  expect(five.macro.f1).toBeCloseTo(expected.macroF1, 14);
  const two = precisionRecallF1(confusionMatrix(binary.labels, predictedClasses(binaryRows, 2), 2));
  expect(two.perClass[1]?.precision).toBeCloseTo(binary.expected["precisionAt.5"], 14);
  expect(two.perClass[1]?.recall).toBeCloseTo(binary.expected["recallAt.5"], 14);
});

test("a matrix that is not square is refused", () => {
  expect(() => precisionRecallF1([[1], [2]])).toThrow("precisionRecallF1: the confusion matrix must be square");
});
