import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { segmentMax } from "../../../src/core/ops/segmentMax.ts";
import { engines, on } from "../../detection/support.ts";

describe.each(engines)("the maximum of segments on %s", (engine) => {
  it("is the largest value of each, and the lowest float32 where there is none", async () => {
    const best = await on(engine, () => {
      const segments = tf.tensor2d([[0, 3, 0], [3, 1, 0]], undefined, "int32"); // prettier-ignore
      return segmentMax(tf.tensor2d([[1, -5, 4], [-7, 2, 3]]), segments, 4).dataSync(); // prettier-ignore
    });
    expect(Array.from(best)).toEqual([4, 2, -3.4028234663852886e38, -5]);
  });
});
