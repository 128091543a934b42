import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { postProcess } from "../../../src/detection/boxes/postProcess.ts";
import { engines, on } from "../support.ts";

// One image, four RoIs, two classes: the second RoI covers the first, the last one is padding.
const boxes = [[[0, 0, 10, 10], [0, 0, 10, 9], [20, 20, 30, 30], [40, 40, 50, 50]]]; // prettier-ignore
const scores = [[[0.9, 0.3], [0.8, 0.6], [0.005, 0.5], [1, 1]]]; // prettier-ignore
const valid = [[1, 1, 1, 0]];

describe.each(engines)("post-processing on %s", (engine) => {
  it("keeps the best of each class, best score first, and counts them", async () => {
    const found = await on(engine, () => {
      const found = postProcess(tf.tensor3d(boxes), tf.tensor3d(scores), tf.tensor2d(valid), { maxDetections: 4 });
      return Object.values(found).map((tensor) => (tensor as tf.Tensor).arraySync());
    });
    const near = (value: number): number => expect.closeTo(value, 6) as number;
    expect(found).toEqual([
      [[[0, 0, 10, 10], [0, 0, 10, 9], [20, 20, 30, 30], [0, 0, 0, 0]]], // prettier-ignore
      [[near(0.9), near(0.6), near(0.5), 0]],
      [[0, 1, 1, 0]],
      [3],
    ]);
  });

  it("takes boxes of their own for each class", async () => {
    const found = await on(engine, () => {
      const own = tf.stack([tf.tensor3d(boxes), tf.tensor3d(boxes).add(100)], 2) as tf.Tensor4D;
      const found = postProcess(own, tf.tensor3d(scores), tf.tensor2d(valid), { maxDetections: 2 });
      return { boxes: found.boxes.arraySync(), count: found.valid.arraySync() };
    });
    expect(found).toEqual({ boxes: [[[0, 0, 10, 10], [100, 100, 110, 109]]], count: [2] }); // prettier-ignore
  });

  it("finds nothing where no score is high enough", async () => {
    const count = await on(engine, () =>
      postProcess(tf.tensor3d(boxes), tf.tensor3d(scores), tf.tensor2d(valid), {
        scoreThreshold: 0.95,
      }).valid.arraySync(),
    );
    expect(count).toEqual([0]);
  });
});

describe("box voting", () => {
  it("moves a kept box to the mean of what overlaps it, weighted by the scores of its class", async () => {
    for (const engine of engines) {
      const { boxes, scores } = await on(engine, () => {
        const rois = [
          [0, 0, 20, 20], // kept as class 0
          [2, 0, 22, 20], // IoU 0.82 with it, suppressed, votes with 0.3
          [0, 30, 20, 50], // another place
          [0, 1, 20, 21], // overlaps, but says nothing for class 0
        ];
        const probabilities = [[0.6, 0], [0.3, 0.005], [0.5, 0], [0, 0.2]]; // prettier-ignore
        const found = postProcess(tf.tensor3d([rois]), tf.tensor3d([probabilities]), tf.ones([1, 4]), {
          votingThreshold: 0.65,
          maxDetections: 4,
        });
        return { boxes: found.boxes.arraySync(), scores: found.scores.arraySync() };
      });
      expect(scores[0]?.map((score) => Math.round(score * 10) / 10)).toEqual([0.6, 0.5, 0.2, 0]);
      const expected = [[2 / 3, 0, 20 + 2 / 3, 20], [0, 30, 20, 50]]; // prettier-ignore
      expected.forEach((box, i) => {
        box.forEach((x, k) => {
          expect(boxes[0]?.[i]?.[k]).toBeCloseTo(x, 4);
        });
      });
      expect(boxes[0]?.[3]).toEqual([0, 0, 0, 0]); // padding stays what it was
    }
  });

  it("works with a single class", async () => {
    const found = await on(engines[0] ?? "cpu", () => {
      const rois = tf.tensor3d([[[0, 0, 10, 10], [0, 0, 10, 12]]]); // prettier-ignore
      const kept = postProcess(rois, tf.tensor3d([[[0.6], [0.2]]]), tf.ones([1, 2]), { votingThreshold: 0.65 });
      return Array.from(kept.boxes.dataSync().slice(0, 4), (x) => Math.round(x * 1000) / 1000);
    });
    expect(found).toEqual([0, 0, 10, 10.5]);
  });
});
