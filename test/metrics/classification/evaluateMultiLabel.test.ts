import { expect, it } from "vitest";
import { bestThreshold, evaluateMultiLabel } from "../../../src/metrics/index.ts";

const CLASSES = ["cat", "dog", "owl"];
// Examples show cat; cat and dog; nothing; dog. Nothing shows an owl.
const LABELS = [[0], [0, 1], [], [1]];
const PROBABILITIES = [
  ...[0.9, 0.2, 0.1], // right
  ...[0.4, 0.8, 0.1], // the cat is missed
  ...[0.6, 0.3, 0.1], // a cat that is not there
  ...[0.1, 0.7, 0.6], // an owl that is not there
];

it("counts what is named and what is there, class by class and over all", () => {
  const metrics = evaluateMultiLabel(LABELS, PROBABILITIES, CLASSES);
  expect(metrics.examples).toBe(4);
  expect(metrics.subsetAccuracy).toBe(0.25); // the first example alone
  expect(metrics.binaryAccuracy).toBeCloseTo(9 / 12, 12);
  const [cat, dog, owl] = metrics.perClass;
  expect(cat).toMatchObject({ name: "cat", support: 2, precision: 0.5, recall: 0.5, f1: 0.5, threshold: 0.5 });
  expect(dog).toMatchObject({ precision: 1, recall: 1, f1: 1, averagePrecision: 1, rocAuc: 1 });
  expect(owl).toMatchObject({ support: 0, precision: 0, recall: 0, f1: 0, averagePrecision: 0 });
  expect(cat?.averagePrecision).toBeCloseTo(0.5 * 1 + 0.5 * (2 / 3), 12); // 0.9, then 0.6 (wrong), then 0.4
  expect(metrics.micro).toMatchObject({ precision: 3 / 5, recall: 3 / 4 });
  expect(metrics.micro.f1).toBeCloseTo(2 / 3, 12);
  expect(metrics.macro.f1).toBeCloseTo(0.5, 12);
  expect(metrics.weighted.f1).toBeCloseTo(0.75, 12);
  const losses = [0.9, 0.8, 0.9, 0.4, 0.8, 0.9, 0.4, 0.7, 0.9, 0.9, 0.7, 0.4].map((p) => -Math.log(p));
  expect(metrics.logLoss).toBeCloseTo(losses.reduce((sum, one) => sum + one, 0) / 12, 12);
});

it("takes thresholds of each class", () => {
  const { perClass } = evaluateMultiLabel(LABELS, PROBABILITIES, CLASSES, [0.35, 0.75, 0.9]);
  expect(perClass.map(({ recall }) => recall)).toEqual([1, 0.5, 0]);
  expect(perClass.map(({ threshold }) => threshold)).toEqual([0.35, 0.75, 0.9]);
});

it("stays finite for probabilities of 0 and 1", () => {
  const { logLoss } = evaluateMultiLabel([[0], []], [0, 1], ["cat"]);
  expect(logLoss).toBeCloseTo(-Math.log(1e-7), 6);
});

it.each([
  [[[3]], [0.5, 0.5, 0.5], "a label of example 0 must be a class index in 0..2, got 3"],
  [[[0]], [0.5, 0.5], "1 examples and 3 classes need 3 probabilities, got 2"],
  [[[0]], [0.5, 1.5, 0], "the probability of example 0, class 1 must lie in 0..1, got 1.5"],
  [[], [], "no examples; give at least one"],
] as const)("refuses what cannot be: %j %j", (labels, probabilities, message) => {
  expect(() => evaluateMultiLabel(labels, probabilities, CLASSES)).toThrow(`evaluateMultiLabel: ${message}`);
});

it("refuses as many thresholds as there are no classes", () => {
  expect(() => evaluateMultiLabel(LABELS, PROBABILITIES, CLASSES, [0.5])).toThrow("3 classes need as many thresholds");
});

it("finds the threshold of the highest F1, half-way to the next score", () => {
  // F1 at 0.9: 2/3, at 0.8: 1, at 0.4: 0.8
  expect(bestThreshold([1, 1, 0, 0], [0.9, 0.8, 0.4, 0.1])).toBeCloseTo(0.6, 12);
  expect(bestThreshold([0, 1, 1], [0.9, 0.8, 0.7])).toBe(0.7); // all of them
  expect(bestThreshold([0, 0], [0.9, 0.8])).toBe(0.5);
});
