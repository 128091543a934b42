import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { JoinLevels } from "../../../src/detection/boxes/joinLevels.ts";
import { engines, on } from "../support.ts";

/** Two maps of 2 images, 2 anchors a cell; each number names its place: image, level, row, column, channel. */
function maps(values: number): tf.Tensor4D[] {
  const sizes: [number, number][] = [[2, 3], [1, 2]]; // prettier-ignore
  return sizes.map(([h, w], level) => {
    const map = tf.buffer([2, h, w, 2 * values]);
    for (let image = 0; image < 2; image++) {
      for (let y = 0; y < h; y++) {
        for (let x = 0; x < w; x++) {
          for (let c = 0; c < 2 * values; c++) {
            map.set(image * 10_000 + level * 1000 + y * 100 + x * 10 + c, image, y, x, c);
          }
        }
      }
    }
    return map.toTensor() as tf.Tensor4D;
  });
}

const CELLS = [0, 10, 20, 100, 110, 120, 1000, 1010];

describe.each(engines)("predictions of several levels joined, on %s", (engine) => {
  it("come level after level, cell after cell, shape after shape", async () => {
    const { scores, deltas, one } = await on(engine, () => {
      const deltasOf = new JoinLevels({ values: 4 });
      return {
        scores: (new JoinLevels({}).apply(maps(1)) as tf.Tensor2D).arraySync(),
        deltas: (deltasOf.apply(maps(4)) as tf.Tensor3D).arraySync(),
        one: (deltasOf.apply(maps(4).slice(0, 1)) as tf.Tensor3D).arraySync(),
      };
    });
    const expected = CELLS.flatMap((cell) => [cell, cell + 1]);
    expect(scores).toEqual([expected, expected.map((value) => 10_000 + value)]);
    const rows = CELLS.flatMap((cell) => [0, 4].map((c) => [0, 1, 2, 3].map((side) => cell + c + side)));
    expect(deltas).toEqual([rows, rows.map((row) => row.map((value) => 10_000 + value))]);
    expect(one).toEqual(deltas.map((image) => image.slice(0, 12)));
  });

  it("are a layer that a saved model brings back", async () => {
    const shapes = await on(engine, () => {
      const inputs = [8, 8].map((channels) => tf.input({ shape: [null, null, channels] }));
      const output = new JoinLevels({ name: "deltas", values: 4 }).apply(inputs) as tf.SymbolicTensor;
      const copy = JoinLevels.fromConfig<JoinLevels>(JoinLevels, new JoinLevels({ values: 4 }).getConfig());
      return [output.shape, (copy.apply(maps(4)) as tf.Tensor).shape];
    });
    expect(shapes).toEqual([
      [null, null, 4],
      [2, 16, 4],
    ]);
  });
});
