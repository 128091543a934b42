import * as tf from "@tensorflow/tfjs";
import { expect, it } from "vitest";
import { compareDetections } from "../../src/detection/compareDetections.ts";

/** Of one image, three at most: box, score, class. */
function answer(...rows: readonly (readonly [number[], number, number])[]): Record<string, tf.Tensor> {
  const padded = [0, 1, 2].map((i) => rows[i] ?? ([[0, 0, 0, 0], 0, 0] as const));
  return {
    boxes: tf.tensor([padded.map(([box]) => box)].flat(2), [1, 3, 4]),
    scores: tf.tensor(padded.map(([, score]) => score), [1, 3]), // prettier-ignore
    classes: tf.tensor(padded.map(([, , kind]) => kind), [1, 3], "int32"), // prettier-ignore
    valid: tf.tensor1d([rows.length], "int32"),
  };
}

const [a, b] = [[1, 2, 10, 20], [5, 5, 9, 9]]; // prettier-ignore

it("finds twins whatever their order, and how far apart they are", () => {
  const found = compareDetections(answer([a, 0.5, 1], [b, 0.5, 0]), answer([b, 0.501, 0], [[1, 2.25, 10, 20], 0.5, 1]));
  expect(found).toMatchObject({ detections: 2, unmatched: 0, pixels: 0.25 });
  expect(found.scores).toBeCloseTo(0.001, 5);
});

it("counts what has no twin, on either side: too far, of another class or score, or more of them", () => {
  const one = answer([a, 0.5, 1]);
  for (const other of [answer(), answer([[9, 2, 10, 20], 0.5, 1]), answer([a, 0.5, 0]), answer([a, 0.6, 1])]) {
    expect(compareDetections(one, other).unmatched).toBe(1);
  }
  expect(compareDetections(one, answer([a, 0.5, 1], [b, 0.4, 1])).unmatched).toBe(1);
  expect(compareDetections(answer(), answer())).toEqual({ detections: 0, unmatched: 0, pixels: 0, scores: 0 });
});
