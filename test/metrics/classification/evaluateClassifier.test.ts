import { expect, test } from "vitest";
import { AnchorkitError } from "../../../src/base/errors.ts";
import * as metrics from "../../../src/metrics/index.ts";
import { multiclass } from "./oracle.ts";

const CLASSES = ["ant", "bee", "cat", "dog", "elk"];
const { labels, probabilities } = multiclass;
const result = metrics.evaluateClassifier(labels, probabilities, CLASSES);

test("every number is that of its own function", () => {
  const confusion = metrics.confusionMatrix(labels, metrics.predictedClasses(probabilities, 5), 5);
  const rates = metrics.precisionRecallF1(confusion);
  const rankings = metrics.oneVsRest(labels, probabilities, 5);
  const bins = metrics.confidenceReliability(labels, probabilities, 5);
  expect(result).toEqual({
    examples: 200,
    accuracy: metrics.accuracy(confusion),
    balancedAccuracy: metrics.balancedAccuracy(confusion),
    topKAccuracy: [2, 3, 4].map((k) => ({ k, accuracy: metrics.topKAccuracy(labels, probabilities, 5, k) })),
    micro: rates.micro,
    macro: { ...rates.macro, ...rankings.macro },
    weighted: { ...rates.weighted, ...rankings.weighted },
    cohenKappa: metrics.cohenKappa(confusion),
    matthewsCorrelation: metrics.matthewsCorrelation(confusion),
    logLoss: metrics.logLoss(labels, probabilities, 5),
    brierScore: metrics.brierScore(labels, probabilities, 5),
    calibration: { expectedCalibrationError: metrics.expectedCalibrationError(bins), bins },
    confusion,
    perClass: CLASSES.map((name, k) => ({ class: k, name, ...rates.perClass[k], ...rankings.perClass[k] })),
  });
});

test("the reference library's headline numbers come out", () => {
  expect(result.accuracy).toBeCloseTo(multiclass.expected.accuracy, 7);
  expect(result.macro.f1).toBeCloseTo(multiclass.expected.macroF1, 14);
  expect(result.macro.rocAuc).toBeCloseTo(multiclass.expected.aucOvrMacro, 14);
  expect(result.topKAccuracy[0]?.accuracy).toBeCloseTo(multiclass.expected.top2, 7);
});

test("the result goes through JSON; what is no number and the threshold above all scores become null", () => {
  const small = metrics.evaluateClassifier(Uint8Array.of(0, 1), Float32Array.of(1, 0, 0, 0, 1, 0), ["a", "b", "c"]);
  const read = JSON.parse(JSON.stringify(small)) as typeof small;
  expect(read.accuracy).toBe(1);
  expect(read.confusion).toEqual(small.confusion);
  expect(read.macro.rocAuc).toBeNull();
  expect(read.perClass[0]?.rocCurve[0]).toEqual({ threshold: null, falsePositiveRate: 0, truePositiveRate: 0 });
  expect(read.perClass[2]).toMatchObject({
    class: 2,
    name: "c",
    support: 0,
    precision: 0,
    recall: 0,
    f1: 0,
    rocAuc: null,
  });
  expect(read.calibration.bins).toHaveLength(10);
});

test("with two classes there is no top-k to speak of, and with many it ends at 5", () => {
  expect(metrics.evaluateClassifier([0, 1], [0.9, 0.1, 0.4, 0.6], ["cat", "dog"]).topKAccuracy).toEqual([]);
  const row = new Array<number>(8).fill(1 / 8);
  const many = metrics.evaluateClassifier([0], row, "abcdefgh".split(""));
  expect(many.topKAccuracy.map(({ k }) => k)).toEqual([2, 3, 4, 5]);
});

test.each([
  [
    [0, 1],
    [0.5, 0.5],
    "evaluateClassifier: 2 labels and 2 classes need 4 probabilities (a row of 2 for each label), got 2",
  ],
  [[], [], "evaluateClassifier: no labels; give at least one"],
  [[1, 2], [0, 1, 0, 1], "evaluateClassifier: label 1 must be a class index in 0..1, got 2"],
  [
    [1],
    [0.2, 0.2],
    "evaluateClassifier: the probabilities of row 0 must sum to 1, got 0.4; divide each row by its sum, or use softmax",
  ],
])("labels %j with probabilities %j are refused", (wrongLabels, rows, message) => {
  expect(() => metrics.evaluateClassifier(wrongLabels, rows, ["cat", "dog"])).toThrow(new AnchorkitError(message));
});
