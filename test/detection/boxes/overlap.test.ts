import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { Random } from "../../../src/base/random.ts";
import { batchedIou, overlapWithIgnored } from "../../../src/detection/boxes/overlap.ts";
import { engines, largestDifference, naiveIou, on, randomBoxes } from "../support.ts";

const random = new Random("overlap");
const a = [randomBoxes(random, 3), randomBoxes(random, 3)];
const b = [randomBoxes(random, 7), randomBoxes(random, 7)];

describe.each(engines)("overlaps of a batch on %s", (engine) => {
  it("equal the pairs taken one by one", async () => {
    const iou = await on(engine, () => batchedIou(tf.tensor3d(a), tf.tensor3d(b)).dataSync());
    const expected = a.flatMap((boxes, image) => boxes.flatMap((x) => (b[image] ?? []).map((y) => naiveIou(x, y))));
    expect(largestDifference(iou, expected)).toBeLessThan(1e-6);
    expect(Math.max(...expected)).toBeGreaterThan(0.2);
  });

  it("equal the pairs taken one by one when the second boxes are the same for all images", async () => {
    const shared = b[0] ?? [];
    const iou = await on(engine, () => {
      const pairs = batchedIou(tf.tensor3d(a), tf.tensor2d(shared));
      expect(pairs.shape).toEqual([2, 3, 7]);
      return pairs.dataSync();
    });
    const expected = a.flatMap((boxes) => boxes.flatMap((x) => shared.map((y) => naiveIou(x, y))));
    expect(largestDifference(iou, expected)).toBeLessThan(1e-6);
  });

  it("are 0 for boxes that touch, and for empty ones, 1 for equal ones", async () => {
    const iou = await on(engine, () =>
      batchedIou(
        tf.tensor3d([
          [
            [0, 0, 4, 4],
            [2, 2, 2, 2],
          ],
        ]),
        tf.tensor2d([
          [4, 0, 8, 4],
          [0, 0, 4, 4],
          [2, 2, 2, 2],
        ]),
      ).arraySync(),
    );
    expect(iou).toEqual([
      [
        [0, 1, 0],
        [0, 0, 0],
      ],
    ]);
  });

  it("are the share within an ignored region where the first box is one", async () => {
    const overlap = await on(engine, () => {
      const regions = tf.tensor3d([
        [
          [0, 0, 10, 10],
          [0, 0, 10, 10],
        ],
      ]);
      return overlapWithIgnored(regions, tf.tensor2d([[0, 1]]), tf.tensor2d([[8, 0, 12, 5]])).dataSync();
    });
    expect(overlap[0]).toBeCloseTo(10 / 110, 6);
    expect(overlap[1]).toBeCloseTo(0.5, 6);
  });
});
