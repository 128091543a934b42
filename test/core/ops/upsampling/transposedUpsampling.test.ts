import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { resizeImages } from "../../../../src/core/ops/resize.ts";
import { bilinearKernel } from "../../../../src/core/ops/upsampling/bilinearKernel.ts";
import { transposedUpsampling } from "../../../../src/core/ops/upsampling/transposedUpsampling.ts";
import { engines, on } from "../../../detection/support.ts";

const kernelOf = (factor: number, channels: number): tf.Tensor3D =>
  bilinearKernel(factor).expandDims<tf.Tensor3D>(2).tile([1, 1, channels]);

describe("the bilinear kernel", () => {
  it("is the table of the paper's code for a factor of 2", async () => {
    const kernel = await on("cpu", () => bilinearKernel(2).mul(16).arraySync());
    expect(kernel).toEqual([
      [1, 3, 3, 1],
      [3, 9, 9, 3],
      [3, 9, 9, 3],
      [1, 3, 3, 1],
    ]);
  });

  it("has copies a factor apart that add up to one", async () => {
    for (const factor of [2, 3, 5, 8]) {
      const tent = await on("cpu", () => bilinearKernel(factor).sum(1).arraySync() as number[]);
      for (let i = 0; i < factor; i++) {
        expect((tent[i] ?? 0) + (tent[i + factor] ?? 0)).toBeCloseTo(factor, 5); // the rows' sums are the factor
      }
    }
  });
});

describe.each(engines)("a transposed convolution of each channel on engine %s", (engine) => {
  it.each([
    [2, 3, 4],
    [3, 1, 5],
    [8, 2, 1],
  ])("is bilinear interpolation with that kernel, with its gradient: %i times %i x %i", async (factor, h, w) => {
    const off = await on(engine, () => {
      const x = tf.randomNormal<tf.Rank.R4>([2, h, w, 3], 0, 1, "float32", 1);
      const size = [factor * h, factor * w] as const;
      const dy = tf.randomNormal<tf.Rank.R4>([2, ...size, 3], 0, 1, "float32", 2);
      const own = (t: tf.Tensor): tf.Tensor => transposedUpsampling(t as tf.Tensor4D, kernelOf(factor, 3), factor);
      const usual = (t: tf.Tensor): tf.Tensor => resizeImages(t as tf.Tensor4D, size, "bilinear");
      const pairs = [own(x).sub(usual(x)), tf.grad(own)(x, dy).sub(tf.grad(usual)(x, dy))];
      return pairs.map((t) => t.abs().max().dataSync()[0] ?? NaN);
    });
    expect(Math.max(...off)).toBeLessThan(1e-4);
  });

  it("copies the kernel around each cell, channel by channel, and learns it", async () => {
    const found = await on(engine, () => {
      const x = tf.tensor4d([1, 0, 10, 0], [1, 1, 2, 2]); // a row of two cells; the second channel is 0
      const kernel = tf.tensor3d([...Array(32).keys()], [4, 4, 2]);
      const dy = tf.tensor4d([1, 5, 0, 5, 0, 5, 0, 5, 0, 5, 0, 5, 100, 5, 0, 5], [1, 2, 4, 2]);
      const up = (k: tf.Tensor): tf.Tensor => transposedUpsampling(x, k as tf.Tensor3D, 2);
      return [up(kernel), tf.grad(up)(kernel, dy)].map((t) => t.reshape([-1, 2]).transpose().arraySync());
    });
    // With the edges' copies the cells of each of three rows are 1, 1, 10, 10. Pixel 0 is seen by columns 3 and 1 of the
    // kernel over the first two, pixel 1 by 2 and 0 over the next, and so on; row 0 by rows 3 and 1, row 1 by 2 and 0.
    // Row r, column t of the kernel's first channel is 8 r + 2 t: rows 3 and 1 add up to 32 + 4 t, 2 and 0 to 16 + 4 t.
    const none = (count: number): number[] => Array<number>(count).fill(0);
    const first = [44 + 36, 40 + 320, 44 + 360, 400 + 320, 28 + 20, 24 + 160, 28 + 200, 240 + 160];
    const slopes = [0, 1000, 0, 100, 0, 1, 0, 1, 0, 1000, 0, 100, 0, 1, 0, 1];
    expect(found).toEqual([
      [first, none(8)],
      [slopes, none(16)],
    ]);
  });
});
