import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import {
  sigmoidCrossEntropy,
  sigmoidFocalLoss,
  smoothL1Loss,
  softmaxCrossEntropy,
} from "../../../src/training/losses/index.ts";
import {
  engines,
  largestDifference,
  on,
  oracleCases,
  oracleTensor,
  type OracleCase,
  type OracleTensor,
} from "../../detection/support.ts";

interface LossCase extends OracleCase {
  input: Record<"prediction" | "target" | "logits" | "targets", OracleTensor> &
    Record<"beta" | "alpha" | "gamma", number>;
  expected: { loss: number; gradient: OracleTensor };
}

const cases = (oracleCases("losses") as LossCase[]).filter(({ name }) => /focal|smooth/.test(name));

describe.each(engines)("losses on %s", (engine) => {
  it.each(cases)("$name equals torch, and its gradient too", async ({ name, input, expected }) => {
    const { loss, gradient } = await on(engine, () => {
      const focal = name.startsWith("sigmoid focal");
      const sum = (x: tf.Tensor): tf.Tensor =>
        focal
          ? sigmoidFocalLoss(x, oracleTensor(input.targets), input.alpha, input.gamma).sum()
          : smoothL1Loss(x, oracleTensor(input.target), input.beta).sum();
      const { value, grad } = tf.valueAndGrad(sum)(oracleTensor(focal ? input.logits : input.prediction));
      return { loss: value.dataSync()[0], gradient: grad.dataSync() };
    });
    expect(loss).toBeCloseTo(expected.loss, 4);
    expect(largestDifference(gradient, expected.gradient.data)).toBeLessThan(1e-5);
  });

  it("smooth L1 is a parabola inside beta, and a line outside", async () => {
    const values = await on(engine, () => smoothL1Loss(tf.tensor1d([0, 0.25, -0.5, 2]), tf.zeros([4]), 0.5).dataSync());
    expect(Array.from(values)).toEqual([0, 0.0625, 0.25, 1.75]);
  });

  it("smooth L1 with beta 0 is the plain difference", async () => {
    const values = await on(engine, () => smoothL1Loss(tf.tensor1d([1, -3]), tf.tensor1d([2, 1]), 0).dataSync());
    expect(Array.from(values)).toEqual([1, 4]);
  });

  it("binary cross-entropy neither overflows nor vanishes at large logits", async () => {
    const { values, slopes } = await on(engine, () => {
      const logits = tf.tensor1d([0, 200, -200, 200]);
      const targets = tf.tensor1d([1, 0, 1, 1]);
      return {
        values: sigmoidCrossEntropy(logits, targets).dataSync(),
        slopes: tf
          .grad((x) => sigmoidCrossEntropy(x, targets).sum())(logits)
          .dataSync(),
      };
    });
    expect(largestDifference(values, [Math.log(2), 200, 200, 0])).toBeLessThan(1e-5);
    expect(largestDifference(slopes, [-0.5, 1, -1, 0])).toBeLessThan(1e-5);
  });

  it("softmax cross-entropy is the negative log of the label's share, its gradient the share minus 1", async () => {
    const { values, slopes } = await on(engine, () => {
      const logits = tf.tensor2d([[Math.log(1), Math.log(2), Math.log(5)], [1000, 0, 0]]); // prettier-ignore
      const labels = tf.tensor1d([1, 0], "int32");
      const weights = tf.tensor1d([2, 1]);
      return {
        values: softmaxCrossEntropy(logits, labels).dataSync(),
        slopes: tf
          .grad((x) =>
            softmaxCrossEntropy(x as tf.Tensor2D, labels)
              .mul(weights)
              .sum(),
          )(logits)
          .dataSync(),
      };
    });
    expect(largestDifference(values, [Math.log(4), 0])).toBeLessThan(1e-5);
    expect(largestDifference(slopes, [0.25, -1.5, 1.25, 0, 0, 0])).toBeLessThan(1e-5);
  });
});
