import * as tf from "@tensorflow/tfjs";
import { expect, it } from "vitest";
import { Random } from "../../src/base/random.ts";
import type { BatchedNmsResult } from "../../src/core/ops/nonMaxSuppression.ts";
import { fromCanvas } from "../../src/detection/fromCanvas.ts";
import { onImages } from "../../src/detection/onImages.ts";
import { loadEngine } from "../../src/engine/load.ts";

await loadEngine();

it("gives the detections that fromCanvas gives, in their order, and zeros behind them", () => {
  const random = new Random(3);
  const framing = { canvas: { width: 64, height: 64 }, resize: "fit" as const };
  const [batch, count] = [3, 12];
  const sizes = [[200, 50], [64, 64], [30, 90]]; // prettier-ignore
  const valid = [12, 0, 7];
  const boxes = Array.from({ length: batch * count }, () => {
    const [x, y] = [random.uniform() * 60, random.uniform() * 60];
    return [x, y, x + 4, y + 4]; // many lie beside the narrow images
  });
  const scores = Array.from({ length: batch * count }, (_, i) => 1 - i / 100);
  const classes = Array.from({ length: batch * count }, () => random.int(4));
  const found: BatchedNmsResult = {
    boxes: tf.tensor3d(boxes.flat(), [batch, count, 4]),
    scores: tf.tensor2d(scores, [batch, count]),
    classes: tf.tensor2d(classes, [batch, count], "int32"),
    valid: tf.tensor1d(valid, "int32"),
  };
  const placed = onImages(found, tf.tensor2d(sizes), framing);
  const dropped = valid.map((n, image) => {
    const from = image * count;
    const [width = 0, height = 0] = sizes[image] ?? [];
    const wanted = fromCanvas(
      {
        boxes: boxes.slice(from, from + n).flat(),
        scores: scores.slice(from, from + n),
        classes: classes.slice(from, from + n),
      },
      { width, height },
      framing,
    );
    const left = wanted.scores.length;
    expect(placed.valid.dataSync()[image]).toBe(left);
    const rows = [placed.boxes, placed.scores, placed.classes].map((tensor) => tensor.slice(image, 1).dataSync());
    wanted.boxes.forEach((x, i) => { expect(rows[0]?.[i]).toBeCloseTo(x, 3); }); // prettier-ignore
    expect([...(rows[1] ?? [])].slice(0, left)).toEqual([...wanted.scores]);
    expect([...(rows[2] ?? [])].slice(0, left)).toEqual([...wanted.classes]);
    expect([...(rows[0] ?? [])].slice(4 * left).every((x) => x === 0)).toBe(true);
    expect([...(rows[1] ?? [])].slice(left).every((x) => x === 0)).toBe(true);
    return n - left;
  });
  expect(Math.max(...dropped)).toBeGreaterThan(0);
});
