import { expect, test } from "vitest";
import { AnchorkitError } from "../../../src/base/errors.ts";
import { confusionMatrix } from "../../../src/metrics/index.ts";

test("rows are the truth, columns the predictions, and a class that never occurs has zeros", () => {
  expect(confusionMatrix([0, 0, 0, 1, 1], Int32Array.of(0, 1, 1, 1, 0), 3)).toEqual([
    [1, 2, 0],
    [1, 1, 0],
    [0, 0, 0],
  ]);
});

test.each([
  [[0, 1], [0], 2, "confusionMatrix: 2 labels but 1 predictions; give one for each label"],
  [[], [], 2, "confusionMatrix: no labels; give at least one"],
  [[0, 2], [0, 1], 2, "confusionMatrix: label 1 must be a class index in 0..1, got 2"],
  [[0, 1], [-1, 1], 2, "confusionMatrix: prediction 0 must be a class index in 0..1, got -1"],
  [[0.5], [0], 2, "confusionMatrix: label 0 must be a class index in 0..1, got 0.5"],
  [[NaN], [0], 2, "confusionMatrix: label 0 must be a class index in 0..1, got NaN"],
  [[0], [0], 0, "confusionMatrix: the number of classes must be a positive integer, got 0"],
])("labels %j with predictions %j of %d classes are refused", (labels, predictions, classCount, message) => {
  expect(() => confusionMatrix(labels, predictions, classCount)).toThrow(new AnchorkitError(message));
});
