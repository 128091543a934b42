import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { gatherPerImage, gatherRows, takeAlong } from "../../../src/core/ops/gather.ts";
import { engines, on } from "../../detection/support.ts";

describe.each(engines)("gathering on %s", (engine) => {
  it("takes rows in any arrangement, and adds up the gradient of rows taken twice", async () => {
    const { rows, slope } = await on(engine, () => {
      const x = tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]);
      const indices = tf.tensor2d([[2, 0], [2, 2]], undefined, "int32"); // prettier-ignore
      const weights = tf.tensor3d([[[1, 10], [2, 20]], [[3, 30], [4, 40]]]); // prettier-ignore
      return {
        rows: gatherRows(x, indices).arraySync(),
        slope: tf
          .grad((x) => gatherRows(x, indices).mul(weights).sum())(x)
          .arraySync(),
      };
    });
    expect(rows).toEqual([[[5, 6], [1, 2]], [[5, 6], [5, 6]]]); // prettier-ignore
    expect(slope).toEqual([[2, 20], [0, 0], [8, 80]]); // prettier-ignore
  });

  it("takes rows of each image's own table, of floats with gradient and of whole numbers", async () => {
    const { rows, slope, numbers } = await on(engine, () => {
      const x = tf.tensor3d([[[1, 2], [3, 4]], [[5, 6], [7, 8]]]); // prettier-ignore
      const indices = tf.tensor2d([[1, 1, 0], [0, 1, 1]], undefined, "int32"); // prettier-ignore
      return {
        rows: gatherPerImage(x, indices).arraySync(),
        slope: tf
          .grad((x) => gatherPerImage(x, indices).sum())(x)
          .arraySync(),
        numbers: gatherPerImage(tf.tensor2d([[4, 9], [6, 3]], undefined, "int32"), indices).arraySync(), // prettier-ignore
      };
    });
    expect(rows).toEqual([[[3, 4], [3, 4], [1, 2]], [[5, 6], [7, 8], [7, 8]]]); // prettier-ignore
    expect(slope).toEqual([[[1, 1], [2, 2]], [[1, 1], [2, 2]]]); // prettier-ignore
    expect(numbers).toEqual([[9, 9, 4], [6, 3, 3]]); // prettier-ignore
  });
});

describe.each(engines)("takeAlong on %s", (engine) => {
  it.each([0, 1, 2])("takes places along axis %i, as often as they are named", async (axis) => {
    const [found, wanted] = await on(engine, () => {
      const x = tf.range(0, 24).reshape<tf.Tensor3D>([2, 3, 4]);
      return [takeAlong(x, [1, 1, 0], axis), tf.gather(x, [1, 1, 0], axis)].map((tensor) => tensor.arraySync());
    });
    expect(found).toEqual(wanted);
  });
});
