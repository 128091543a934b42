import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { Random } from "../../../src/base/random.ts";
import { gridAnchors } from "../../../src/detection/boxes/anchors.ts";
import { proposeBoxes } from "../../../src/detection/fasterRcnn/proposals.ts";
import { engines, largestDifference, naiveIou, on, type Box } from "../support.ts";

const random = new Random("proposals");
const anchors = gridAnchors([[12, 12], [24, 16]], 4, 6, 8); // prettier-ignore
const N = anchors.length / 4;
const imageSize = { width: 48, height: 32 };
const logits = Array.from({ length: 2 }, () => Array.from({ length: N }, () => random.normal(-1, 2)));
const deltas = logits.map((row) => row.map(() => [0, 0, 0, 0].map(() => random.normal(0, 0.4))));

/** Decodes, clips, drops and suppresses one image's anchors in JavaScript. */
function naive(image: number, before: number, after: number, iouThreshold: number, minSize: number) {
  const clip = (value: number, high: number): number => Math.min(Math.max(value, 0), high);
  const candidates = (logits[image] ?? [])
    .map((logit, i) => {
      const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = anchors.slice(i * 4, i * 4 + 4);
      const [dx = 0, dy = 0, dw = 0, dh = 0] = deltas[image]?.[i] ?? [];
      const [cx, cy] = [(x1 + x2) / 2 + dx * (x2 - x1), (y1 + y2) / 2 + dy * (y2 - y1)];
      const [w, h] = [(x2 - x1) * Math.exp(dw), (y2 - y1) * Math.exp(dh)];
      const box: Box = [clip(cx - w / 2, 48), clip(cy - h / 2, 32), clip(cx + w / 2, 48), clip(cy + h / 2, 32)];
      return { box, score: 1 / (1 + Math.exp(-logit)) };
    })
    .toSorted((a, b) => b.score - a.score)
    .slice(0, before)
    .filter(({ box }) => box[2] - box[0] >= minSize && box[3] - box[1] >= minSize);
  const stay: typeof candidates = [];
  for (const candidate of candidates) {
    if (stay.every(({ box }) => naiveIou(box, candidate.box) <= iouThreshold)) stay.push(candidate);
  }
  return stay.slice(0, after);
}

describe.each(engines)("proposals on %s", (engine) => {
  it.each([
    [30, 10, 0.5, 8],
    [30, 40, 0.7, 1],
    [1000, 5, 0.3, 12],
  ])("%i before and %i after NMS at %f equal a loop over the images", async (before, after, iouThreshold, minSize) => {
    const result = await on(engine, () => {
      const options = { before, after, iouThreshold, minSize, imageSize };
      const proposals = proposeBoxes(tf.tensor2d(logits), tf.tensor3d(deltas), tf.tensor2d(anchors, [N, 4]), options);
      expect(proposals.boxes.shape).toEqual([2, after, 4]);
      return {
        boxes: proposals.boxes.arraySync(),
        scores: proposals.scores.arraySync(),
        valid: proposals.valid.arraySync(),
      };
    });
    for (const image of [0, 1]) {
      const expected = naive(image, before, after, iouThreshold, minSize);
      const found = expected.length;
      expect(result.valid[image]).toEqual(Array.from({ length: after }, (_, i) => (i < found ? 1 : 0)));
      const boxes = (result.boxes[image] ?? []).slice(0, found).flat();
      expect(
        largestDifference(
          boxes,
          expected.flatMap(({ box }) => box),
        ),
      ).toBeLessThan(1e-4);
      const scores = expected.map(({ score }) => score);
      expect(largestDifference((result.scores[image] ?? []).slice(0, found), scores)).toBeLessThan(1e-6);
    }
  });

  it("let a loss behind them be differentiated, and pass no gradient", async () => {
    const slope = await on(engine, () => {
      const loss = (x: tf.Tensor): tf.Tensor => {
        const proposals = proposeBoxes(x as tf.Tensor2D, tf.tensor3d(deltas), tf.tensor2d(anchors, [N, 4]), {
          imageSize,
        });
        return x.mul(2).sum().add(proposals.boxes.sum().mul(1e-3));
      };
      return tf.grad(loss)(tf.tensor2d(logits)).dataSync();
    });
    expect(slope.every((value) => value === 2)).toBe(true);
  });
});
