import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { subpixelGather, subpixelShuffle } from "../../../../src/core/ops/upsampling/subpixel.ts";
import { engines, on } from "../../../detection/support.ts";

describe.each(engines)("the sub-pixel shuffle on engine %s", (engine) => {
  it("makes blocks of pixels of channels, row by row, and sends the slopes back to where they came from", async () => {
    // Two cells of 2 x 2 pixels of two channels: [1, 1, 2, 8] -> [1, 2, 4, 2].
    const result = await on(engine, () => {
      const x = tf.range(0, 16).reshape<tf.Tensor4D>([1, 1, 2, 8]);
      const dy = tf.range(100, 116).reshape<tf.Tensor4D>([1, 2, 4, 2]);
      const dx = tf.grad((t) => subpixelShuffle(t as tf.Tensor4D, 2))(x, dy);
      return [subpixelShuffle(x, 2), dx].map((t) => [t.shape, [...t.dataSync()]]);
    });
    expect(result).toEqual([
      [
        [1, 2, 4, 2],
        [0, 1, 2, 3, 8, 9, 10, 11, 4, 5, 6, 7, 12, 13, 14, 15],
      ],
      [
        [1, 1, 2, 8],
        [100, 101, 102, 103, 108, 109, 110, 111, 104, 105, 106, 107, 112, 113, 114, 115],
      ],
    ]);
  });

  it.each([1, 2, 3])("is undone by the gather, whose gradient is the shuffle, by a factor of %i", async (factor) => {
    const off = await on(engine, () => {
      const x = tf.randomNormal<tf.Rank.R4>([2, 3, 2, 5 * factor ** 2], 0, 1, "float32", 1);
      const y = subpixelShuffle(x, factor);
      const back = tf.grad((t) => subpixelGather(t as tf.Tensor4D, factor))(y, x);
      return [subpixelGather(y, factor).sub(x), back.sub(y)].map((t) => t.abs().max().dataSync()[0]);
    });
    expect(off).toEqual([0, 0]);
  });
});
