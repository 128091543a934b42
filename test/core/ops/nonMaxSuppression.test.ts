import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { Random } from "../../../src/base/random.ts";
import { batchedNms, type BatchedNmsOptions } from "../../../src/core/ops/nonMaxSuppression.ts";
import { engines, naiveIou, on, randomBoxes, type Box } from "../../detection/support.ts";

const random = new Random("nms");
const CLASSES = 3;
const N = 40;

interface Found {
  box: Box;
  score: number;
  class: number;
}

/** Greedy NMS, class by class, then the best of all classes. */
function naive(
  boxes: Box[][],
  scores: number[][],
  { iouThreshold, scoreThreshold, count }: BatchedNmsOptions,
): Found[] {
  const kept = Array.from({ length: CLASSES }, (_, c) => {
    const candidates = scores
      .map((row, i) => ({ box: boxes[i]?.[c] ?? boxes[i]?.[0] ?? [0, 0, 0, 0], score: row[c] ?? 0, class: c }))
      .filter(({ score }) => score > scoreThreshold)
      .toSorted((a, b) => b.score - a.score);
    const stay: Found[] = [];
    for (const candidate of candidates) {
      if (stay.every(({ box }) => naiveIou(box, candidate.box) <= iouThreshold)) stay.push(candidate);
    }
    return stay.slice(0, count);
  });
  return kept
    .flat()
    .toSorted((a, b) => b.score - a.score)
    .slice(0, count);
}

const scores = Array.from({ length: 2 }, () =>
  Array.from({ length: N }, () => Array.from({ length: CLASSES }, () => Math.fround(random.uniform()))),
);

describe.each(engines)("non-maximum suppression of a batch on %s", (engine) => {
  it.each([
    { title: "boxes the same for all classes", perBox: 1, count: 20, scoreThreshold: 0.3 },
    { title: "boxes of their own for each class", perBox: CLASSES, count: 20, scoreThreshold: 0.3 },
    { title: "fewer that stay than there is room for", perBox: 1, count: 100, scoreThreshold: 0.8 },
    { title: "negative scores and a negative threshold", perBox: 1, count: 30, scoreThreshold: -0.5 },
  ])("equals a loop over images and classes: $title", async ({ perBox, count, scoreThreshold }) => {
    const boxes = scores.map((image) => image.map(() => randomBoxes(random, perBox, 40, 30)));
    const options = { iouThreshold: 0.3, scoreThreshold, count };
    const result = await on(engine, () => {
      const found = batchedNms(tf.tensor4d(boxes), tf.tensor3d(scores), options);
      expect([found.boxes.shape, found.classes.dtype]).toEqual([[2, count, 4], "int32"]);
      return {
        boxes: found.boxes.arraySync(),
        scores: found.scores.arraySync(),
        classes: found.classes.arraySync(),
        valid: Array.from(found.valid.dataSync()),
      };
    });
    scores.forEach((imageScores, image) => {
      const expected = naive(boxes[image] ?? [], imageScores, options);
      const padding = Array<number>(count - expected.length).fill(0);
      expect(result.valid[image]).toBe(expected.length);
      expect(result.scores[image]).toEqual([...expected.map(({ score }) => score), ...padding]);
      expect(result.classes[image]).toEqual([...expected.map((found) => found.class), ...padding]);
      expect(result.boxes[image]).toEqual([...expected.map(({ box }) => box), ...padding.map(() => [0, 0, 0, 0])]);
    });
  });
});
