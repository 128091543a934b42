import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { clipBoxes, decodeBoxes, encodeBoxes, type BoxWeights } from "../../../src/detection/boxes/boxCoder.ts";
import {
  engines,
  largestDifference,
  on,
  oracleCases,
  oracleTensor,
  type OracleCase,
  type OracleTensor,
} from "../support.ts";

interface CoderCase extends OracleCase {
  input: Record<"reference" | "proposals" | "deltas" | "anchors", OracleTensor> & { weights: BoxWeights };
  expected: OracleTensor;
}
const cases = oracleCases("box_coder") as CoderCase[];

describe.each(engines)("box coder on %s", (engine) => {
  it.each(cases)("$name equals torchvision", async ({ name, input, expected }) => {
    const { reference, proposals, deltas, anchors, weights } = input;
    const values = await on(engine, () => {
      const result =
        name === "encode"
          ? encodeBoxes(oracleTensor(reference), oracleTensor(proposals), weights)
          : decodeBoxes(oracleTensor(deltas), oracleTensor(anchors), weights);
      return result.dataSync();
    });
    const scale = Math.max(1, ...expected.data.map(Math.abs));
    expect(largestDifference(values, expected.data) / scale).toBeLessThan(1e-6);
  });

  it("encodes a shift by half a width and a doubled height", async () => {
    const deltas = await on(engine, () =>
      encodeBoxes(tf.tensor([10, 0, 20, 40]), tf.tensor([5, 10, 15, 30])).dataSync(),
    );
    expect(Array.from(deltas)).toEqual([0.5, 0, 0, expect.closeTo(Math.log(2), 6)]);
  });

  it("decodes for every leading dimension, anchors broadcast", async () => {
    const decoded = await on(engine, () => {
      const deltas = tf.tensor([0, 0, 0, 0, 1, 0, 0, Math.log(2)], [2, 1, 4]);
      return decodeBoxes(deltas, tf.tensor2d([0, 0, 10, 10], [1, 4])).arraySync();
    });
    expect(decoded).toEqual([[[0, 0, 10, 10]], [[10, -5, 20, 15]]]);
  });

  it("gives finite targets for the empty boxes of padding", async () => {
    const deltas = await on(engine, () =>
      encodeBoxes(tf.zeros([2, 4]), tf.tensor2d([0, 0, 8, 8, 0, 0, 0, 0], [2, 4])).dataSync(),
    );
    expect(deltas.every(Number.isFinite)).toBe(true);
  });

  it("decodes with the gradient that finite differences give", async () => {
    const start = [0.1, -0.2, 0.3, -0.4];
    const { slope, probed } = await on(engine, () => {
      const anchors = tf.tensor2d([2, 3, 12, 9], [1, 4]);
      const weights = tf.tensor2d([1, -2, 3, 0.5], [1, 4]);
      const value = (deltas: tf.Tensor): tf.Scalar => decodeBoxes(deltas, anchors, [10, 10, 5, 5]).mul(weights).sum();
      const at = (deltas: number[]): number => value(tf.tensor2d(deltas, [1, 4])).dataSync()[0] ?? NaN;
      return {
        slope: tf
          .grad(value)(tf.tensor2d(start, [1, 4]))
          .dataSync(),
        probed: start.map(
          (_, i) =>
            (at(start.map((d, j) => d + (i === j ? 0.05 : 0))) - at(start.map((d, j) => d - (i === j ? 0.05 : 0)))) /
            0.1,
        ),
      };
    });
    expect(largestDifference(slope, probed)).toBeLessThan(1e-3);
  });

  it("clips to the image, and makes what lies outside empty", async () => {
    const clipped = await on(engine, () =>
      clipBoxes(tf.tensor2d([-5, 10, 30, 90, 70, 5, 80, 6], [2, 4]), { width: 60, height: 50 }).arraySync(),
    );
    expect(clipped).toEqual([
      [0, 10, 30, 50],
      [60, 5, 60, 6],
    ]);
  });
});
