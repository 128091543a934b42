import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { upsampleTwice } from "../../../src/core/ops/upsample.ts";
import { loadEngine } from "../../../src/engine/load.ts";

describe.each(["auto", "cpu"] as const)("upsampleTwice on engine %s", (engine) => {
  beforeAll(() => loadEngine({ engine }));

  it.each([
    [1, 2],
    [7, 8],
    [37, 50],
    [240, 319],
  ])("reads pixel floor(i / 2) everywhere, and sends the sum of the copies back: %i x %i", (height, width) => {
    const shape: [number, number, number, number] = [2, Math.ceil(height / 2), Math.ceil(width / 2), 3];
    const x: tf.Tensor4D = tf.range(0, tf.util.sizeFromShape(shape)).reshape(shape);
    const y = upsampleTwice(x, height, width);
    expect(y.shape).toEqual([2, height, width, 3]);
    const dy = tf.randomUniform([2, height, width, 3], 0, 1, "float32", 1);
    const gradient = tf.grad((t) => upsampleTwice(t as tf.Tensor4D, height, width))(x, dy);

    const [source, target, upstream] = [x.dataSync(), y.dataSync(), dy.dataSync()];
    const expected = new Float32Array(x.size);
    const index = (n: number, h: number, w: number, c: number, [, H, W, C]: number[]): number =>
      ((n * (H ?? 0) + h) * (W ?? 0) + w) * (C ?? 0) + c;
    let wrong = 0;
    for (let n = 0; n < 2; n++) {
      for (let i = 0; i < height; i++) {
        for (let j = 0; j < width; j++) {
          for (let c = 0; c < 3; c++) {
            const [from, to] = [index(n, i >> 1, j >> 1, c, x.shape), index(n, i, j, c, y.shape)];
            if (source[from] !== target[to]) wrong++;
            expected[from] = (expected[from] ?? 0) + (upstream[to] ?? 0);
          }
        }
      }
    }
    expect(wrong).toBe(0);
    expect(tf.tensor(expected, x.shape).sub(gradient).abs().max().dataSync()[0]).toBeLessThan(1e-5);
  });

  it("refuses a map that is not half as large", () => {
    expect(() => upsampleTwice(tf.zeros([1, 2, 2, 1]), 5, 4)).toThrow(
      "upsampleTwice: [1, 2, 2, 1] is not half as large as 5 x 4",
    );
  });
});
