import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { TopDown } from "../../../src/core/layers/topDown.ts";
import { loadEngine } from "../../../src/engine/load.ts";

describe("TopDown", () => {
  beforeAll(() => loadEngine());

  it("repeats every coarse pixel twice, cuts to the fine map's odd sizes, and adds", () => {
    const coarse = tf.tensor4d([1, 2, 3, 4], [1, 2, 2, 1]);
    const fine = tf.tensor4d([10, 20, 30, 40, 50, 60, 70, 80, 90], [1, 3, 3, 1]);
    const sum = new TopDown().apply([coarse, fine]) as tf.Tensor;
    expect([...sum.dataSync()]).toEqual([11, 21, 32, 41, 51, 62, 73, 83, 94]);
  });

  it("takes maps of unknown size, and refuses unequal numbers of channels", () => {
    const inputs = [3, 3, 4].map((channels) => tf.input({ shape: [null, null, channels] }));
    const sum = new TopDown().apply(inputs.slice(0, 2)) as tf.SymbolicTensor;
    expect(sum.shape).toEqual([null, null, null, 3]);
    expect(() => new TopDown({ name: "down" }).apply(inputs.slice(1))).toThrow(
      "TopDown down: takes [coarse, fine] with as many channels, got [[null,null,null,3],[null,null,null,4]]",
    );
  });
});
