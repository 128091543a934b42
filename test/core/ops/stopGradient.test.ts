import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { stopGradient } from "../../../src/core/ops/stopGradient.ts";
import { engines, on } from "../../detection/support.ts";

describe.each(engines)("stopGradient on %s", (engine) => {
  it("is the value without its gradient, also before an op that has none", async () => {
    const { value, slope } = await on(engine, () => {
      const best = (x: tf.Tensor): tf.Tensor =>
        tf
          .topk(stopGradient(x), 2)
          .values.mul(x.slice([0], [2]))
          .sum();
      const { value, grad } = tf.valueAndGrad(best)(tf.tensor1d([1, 5, 3]));
      return { value: value.dataSync()[0], slope: Array.from(grad.dataSync()) };
    });
    expect(value).toBe(5 * 1 + 3 * 5);
    expect(slope).toEqual([5, 3, 0]);
  });

  it("is the tensor itself where no gradient is taken", async () => {
    const same = await on(engine, () => {
      const x = tf.tensor1d([1]);
      return stopGradient(x) === x;
    });
    expect(same).toBe(true);
  });
});
