import { expect, test } from "vitest";
import { AnchorkitError } from "../../../src/base/errors.ts";
import {
  accuracy,
  balancedAccuracy,
  cohenKappa,
  confusionMatrix,
  matthewsCorrelation,
  predictedClasses,
} from "../../../src/metrics/index.ts";
import { binary, binaryRows, multiclass } from "./oracle.ts";

/** 10 examples, 6 right; recalls 4/5, 1/3, 1/2; truth 5, 3, 2; predictions 6, 2, 2. */
const confusion = [
  [4, 0, 1],
  [2, 1, 0],
  [0, 1, 1],
];

test("accuracy is the share on the diagonal", () => {
  expect(accuracy(confusion)).toBe(0.6);
});

test("balanced accuracy is the mean recall", () => {
  expect(balancedAccuracy(confusion)).toBeCloseTo((4 / 5 + 1 / 3 + 1 / 2) / 3, 15);
});

test("balanced accuracy leaves out classes without examples", () => {
  expect(
    balancedAccuracy([
      [1, 0, 1],
      [0, 4, 0],
      [0, 0, 0],
    ]),
  ).toBe(0.75);
});

test("Cohen's kappa takes the agreement by chance away", () => {
  // By chance (5 * 6 + 3 * 2 + 2 * 2) / 100 = 0.4 agree.
  expect(cohenKappa(confusion)).toBeCloseTo((0.6 - 0.4) / (1 - 0.4), 15);
});

test("Matthews correlation of two classes is the known formula of TP, TN, FP and FN", () => {
  const [tn, fp, fn, tp] = [7, 2, 3, 5];
  const formula = (tp * tn - fp * fn) / Math.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn));
  expect(
    matthewsCorrelation([
      [tn, fp],
      [fn, tp],
    ]),
  ).toBeCloseTo(formula, 15);
});

test("Matthews correlation of many classes follows Gorodkin", () => {
  // (6 * 10 - 40) / sqrt((100 - 25 - 9 - 4) * (100 - 36 - 4 - 4))
  expect(matthewsCorrelation(confusion)).toBeCloseTo(20 / Math.sqrt(62 * 56), 15);
});

test("perfect predictions have 1 everywhere, swapped ones -1 in kappa and Matthews", () => {
  const perfect = [
    [3, 0],
    [0, 3],
  ];
  const swapped = [
    [0, 3],
    [3, 0],
  ];
  for (const metric of [accuracy, balancedAccuracy, cohenKappa, matthewsCorrelation]) {
    expect(metric(perfect)).toBeCloseTo(1, 15);
  }
  for (const metric of [cohenKappa, matthewsCorrelation]) expect(metric(swapped)).toBeCloseTo(-1, 15);
});

test("with one class alone, kappa has no value and Matthews correlation is 0", () => {
  const single = [
    [4, 0],
    [0, 0],
  ];
  expect(cohenKappa(single)).toBeNaN();
  expect(matthewsCorrelation(single)).toBe(0);
  // All predictions fall on one class, while the truth has two.
  expect(
    matthewsCorrelation([
      [2, 0],
      [2, 0],
    ]),
  ).toBe(0);
});

test("the reference library's numbers of five classes and of two come out", () => {
  const { labels, probabilities, expected } = multiclass;
  const five = confusionMatrix(labels, predictedClasses(probabilities, 5), 5);
  expect(five).toEqual(expected.confusion);
  expect(accuracy(five)).toBeCloseTo(expected.accuracy, 7); // a float32 there
  expect(balancedAccuracy(five)).toBeCloseTo(expected.balancedAccuracy, 14);
  expect(cohenKappa(five)).toBeCloseTo(expected.cohenKappa, 14);
  const two = confusionMatrix(binary.labels, predictedClasses(binaryRows, 2), 2);
  expect(matthewsCorrelation(two)).toBeCloseTo(binary.expected.matthews, 14);
});

test.each([
  [[[1, 2]], "accuracy: the confusion matrix must be square, but row 0 of 1 has 2 columns"],
  [
    [
      [1, 0],
      [-1, 2],
    ],
    "accuracy: the confusion matrix must hold counts, got -1 in row 1, column 0",
  ],
  [
    [
      [1, NaN],
      [0, 2],
    ],
    "accuracy: the confusion matrix must hold counts, got NaN in row 0, column 1",
  ],
  [
    [
      [0, 0],
      [0, 0],
    ],
    "accuracy: the confusion matrix is empty; count at least one example",
  ],
  [[], "accuracy: the confusion matrix is empty; count at least one example"],
])("%j is refused as a confusion matrix", (matrix, message) => {
  expect(() => accuracy(matrix)).toThrow(new AnchorkitError(message));
});

test("every metric of agreement checks its matrix under its own name", () => {
  for (const metric of [accuracy, balancedAccuracy, cohenKappa, matthewsCorrelation]) {
    expect(() => metric([[0]])).toThrow(`${metric.name}: the confusion matrix is empty`);
  }
});
