import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { maxPoolWithSwitches, maxUnpool } from "../../../../src/core/ops/upsampling/unpooling.ts";
import { engines, on } from "../../../detection/support.ts";

const map = (rows: number[][]): tf.Tensor4D => tf.tensor2d(rows).reshape([1, rows.length, rows[0]?.length ?? 0, 1]);
const rowsOf = (t: tf.Tensor): number[][] => t.reshape<tf.Tensor2D>([t.shape[1] ?? 0, -1]).arraySync();

describe.each(engines)("pooling that remembers, and unpooling, on engine %s", (engine) => {
  it("find the maxima and where they were, of equal ones the first, and at cut edges too", async () => {
    const found = await on(engine, () => {
      const x = map([
        [1, 2, 5, 0, -3],
        [4, 3, 5, 5, -2],
        [0, 0, -8, -9, -7],
      ]);
      const { pooled, switches } = maxPoolWithSwitches(x);
      return { dtype: switches.dtype, pooled: rowsOf(pooled), switches: rowsOf(switches) };
    });
    expect(found).toEqual({
      dtype: "int32",
      pooled: [
        [4, 5, -2],
        [0, -8, -7],
      ],
      switches: [
        [2, 0, 2],
        [0, 0, 0],
      ],
    });
  });

  it("have the gradients of a hand-made table: to the maxima, and back from where values were put", async () => {
    const found = await on(engine, () => {
      const x = map([
        [1, 2, 5],
        [4, 3, 6],
        [7, 8, 0],
      ]);
      const dy = map([
        [10, 20],
        [30, 40],
      ]);
      const pool = tf.grad((t) => maxPoolWithSwitches(t as tf.Tensor4D).pooled)(x, dy);
      const { switches } = maxPoolWithSwitches(x);
      const put = maxUnpool(dy, switches);
      const slopes = map([[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12], [13, 14, 15, 16]]); // prettier-ignore
      const unpool = tf.grad((t) => maxUnpool(t as tf.Tensor4D, switches))(dy, slopes);
      return [pool, put, unpool].map(rowsOf);
    });
    expect(found).toEqual([
      [
        [0, 0, 0],
        [10, 0, 20],
        [0, 30, 40],
      ],
      [
        [0, 0, 0, 0],
        [10, 0, 20, 0],
        [0, 30, 40, 0],
        [0, 0, 0, 0],
      ],
      [
        [5, 7],
        [10, 11],
      ],
    ]);
  });

  it.each([
    [6, 8],
    [7, 5],
    [1, 4],
  ])("treat images and channels apart: %i x %i", async (height, width) => {
    const off = await on(engine, () => {
      const x = tf.randomNormal<tf.Rank.R4>([2, height, width, 3], 0, 1, "float32", 3);
      const { pooled, switches } = maxPoolWithSwitches(x);
      const max = tf.maxPool(x, 2, 2, "same");
      // What is put back where it was is the map itself there.
      const back = maxUnpool(pooled, switches).slice([0, 0, 0, 0], x.shape);
      const there = tf.where(tf.notEqual(back, 0), x, tf.zerosLike(x));
      const slopes = tf.randomNormal<tf.Rank.R4>(pooled.shape, 0, 1, "float32", 7);
      const own = tf.grad((t) => maxPoolWithSwitches(t as tf.Tensor4D).pooled)(x, slopes);
      const usual = tf.grad((t) => tf.maxPool(t as tf.Tensor4D, 2, 2, "same"))(x, slopes);
      const count = back.notEqual(0).sum().dataSync()[0] ?? 0;
      const differences = [pooled.sub(max), back.sub(there), own.sub(usual)].map((t) => t.abs().max().dataSync()[0]);
      return { differences, missing: pooled.size - count };
    });
    expect(off).toEqual({ differences: [0, 0, 0], missing: 0 });
  });
});
