import { describe, expect, test } from "vitest";
import { AnchorkitError } from "../../../src/base/errors.ts";
import { brierScore, logLoss } from "../../../src/metrics/index.ts";
import { binary, binaryRows } from "./oracle.ts";

describe("log loss", () => {
  test("is the mean of -ln of the true class's probability", () => {
    expect(logLoss([0, 2], [0.5, 0.3, 0.2, 0.1, 0.1, 0.8], 3)).toBeCloseTo(-(Math.log(0.5) + Math.log(0.8)) / 2, 15);
  });

  test("takes a probability of 0 for the smallest step of its type", () => {
    expect(logLoss([0], [0, 1], 2)).toBeCloseTo(52 * Math.LN2, 12);
    expect(logLoss([0], Float32Array.of(0, 1), 2)).toBeCloseTo(23 * Math.LN2, 12);
  });

  test("is a hair above 0 for certain and right predictions", () => {
    expect(logLoss([1], [0, 1], 2)).toBeCloseTo(0, 15);
    expect(logLoss([1], [0, 1], 2)).toBeGreaterThan(0);
  });

  test("is the reference library's", () => {
    expect(logLoss(binary.labels, binaryRows, 2)).toBeCloseTo(binary.expected.logLoss, 8); // the input is rounded to 1e-7
  });
});

describe("the Brier score", () => {
  test("of two classes is the mean of (p - y)^2", () => {
    expect(brierScore([0, 1], [0.9, 0.1, 0.7, 0.3], 2)).toBeCloseTo((0.1 ** 2 + 0.7 ** 2) / 2, 15);
  });

  test("of more classes sums over all of them", () => {
    const expected = (0.5 ** 2 + 0.3 ** 2 + 0.2 ** 2 + 2) / 2;
    expect(brierScore([0, 1], [0.5, 0.3, 0.2, 1, 0, 0], 3)).toBeCloseTo(expected, 15);
  });

  test("is the reference library's", () => {
    expect(brierScore(binary.labels, binaryRows, 2)).toBeCloseTo(binary.expected.brier, 8); // the input is rounded to 1e-7
  });
});

describe("probabilities are refused", () => {
  test.each([
    [[0], [0.5, 0.5, 0], 2, "1 labels and 2 classes need 2 probabilities (a row of 2 for each label), got 3"],
    [[0, 1], [1, 0, NaN, 1], 2, "the probability of row 1, class 0 must lie in 0..1, got NaN"],
    [
      [0],
      [4.2, -1],
      2,
      "the probability of row 0, class 0 must lie in 0..1, got 4.2; are these logits? Give their softmax",
    ],
    [
      [0],
      [0.5, 0.25],
      2,
      "the probabilities of row 0 must sum to 1, got 0.75; divide each row by its sum, or use softmax",
    ],
    [[2], [0.5, 0.5], 2, "label 0 must be a class index in 0..1, got 2"],
    [[], [], 2, "no labels; give at least one"],
  ])("for labels %j: %j", (labels, probabilities, classCount, message) => {
    for (const rule of [logLoss, brierScore]) {
      const refused = new AnchorkitError(`${rule.name}: ${message}`);
      expect(() => rule(labels, probabilities, classCount)).toThrow(refused);
    }
  });

  test("only beyond rounding: a row may miss 1 by a hundredth", () => {
    expect(() => logLoss([0], [0.333, 0.333, 0.333], 3)).not.toThrow();
    expect(() => logLoss([0], [0.33, 0.33, 0.325], 3)).toThrow("must sum to 1");
  });
});
