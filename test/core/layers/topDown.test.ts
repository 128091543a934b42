import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { TopDown } from "../../../src/core/layers/topDown.ts";
import { loadEngine } from "../../../src/engine/load.ts";

describe.each(["auto", "cpu"] as const)("TopDown on engine %s", (engine) => {
  beforeAll(() => loadEngine({ engine }));

  it("repeats every coarse pixel twice, cuts to the fine map's odd sizes, and adds", () => {
    const coarse = tf.tensor4d([1, 2, 3, 4], [1, 2, 2, 1]);
    const fine = tf.tensor4d([10, 20, 30, 40, 50, 60, 70, 80, 90], [1, 3, 3, 1]);
    const sum = new TopDown().apply([coarse, fine]) as tf.Tensor;
    expect([...sum.dataSync()]).toEqual([11, 21, 32, 41, 51, 62, 73, 83, 94]);
  });

  it("reads pixel floor(i / 2) at every size, and sends the sum of the copies back", () => {
    for (const [height, width] of [
      [1, 2],
      [7, 8],
      [37, 50],
      [240, 319],
    ] as const) {
      const small = [Math.ceil(height / 2), Math.ceil(width / 2)] as const;
      const coarse = tf.range(0, small[0] * small[1]).reshape([1, ...small, 1]);
      const sum = new TopDown().apply([coarse, tf.zeros([1, height, width, 1])]) as tf.Tensor;
      const expected = Array.from({ length: height * width }, (_, i) => {
        const [y, x] = [Math.floor(i / width), i % width];
        return Math.floor(y / 2) * small[1] + Math.floor(x / 2);
      });
      expect([...sum.dataSync()], `${height} x ${width}`).toEqual(expected);
    }
    const gradient = tf.grad((coarse: tf.Tensor) => new TopDown().apply([coarse, tf.zeros([1, 3, 4, 1])]) as tf.Tensor);
    const dy = tf.range(1, 13).reshape([1, 3, 4, 1]);
    expect([...gradient(tf.zeros([1, 2, 2, 1]), dy).dataSync()]).toEqual([14, 22, 19, 23]); // 1+2+5+6, …, 9+10, 11+12
  });

  it("refuses maps that do not belong together", () => {
    const layer = new TopDown({ name: "down" });
    expect(() => layer.apply([tf.zeros([1, 2, 2, 1]), tf.zeros([1, 5, 4, 1])])).toThrow(
      "TopDown down: the coarse map must be half as large as the fine one, got [1, 2, 2, 1] and [1, 5, 4, 1]",
    );
    const inputs = [3, 4].map((channels) => tf.input({ shape: [null, null, channels] }));
    expect(() => layer.apply(inputs)).toThrow("TopDown down: takes [coarse, fine] with as many channels");
  });
});
