import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { Random } from "../../../src/base/random.ts";
import { projectImages } from "../../../src/core/ops/projectImages.ts";
import { withTarget } from "../../../src/engine/graph/target.ts";
import { engines } from "../../detection/support.ts";

const [H, W, C, FILL] = [5, 7, 2, 9];
const random = new Random("project");
const IMAGES = Array.from({ length: 2 * H * W * C }, () => random.uniform(0, 255));
const TRANSFORMS = [...[0.8, 0.3, -0.4, -0.25, 1.1, 0.7, 0, 0], ...[1, 0.1, 0.5, 0.2, 0.9, -1, 0.02, -0.01]];

/** A double loop over the pixels of the result. */
function expected(size: { width: number; height: number }): number[] {
  const at = (n: number, y: number, x: number, c: number): number =>
    y < 0 || y >= H || x < 0 || x >= W ? FILL : (IMAGES[((n * H + y) * W + x) * C + c] as number);
  const values: number[] = [];
  for (let n = 0; n < 2; n++) {
    const [a0, a1, a2, b0, b1, b2, c0, c1] = TRANSFORMS.slice(8 * n, 8 * n + 8) as [
      ...[number, number, number, number, number, number, number, number],
    ];
    for (let y = 0; y < size.height; y++) {
      for (let x = 0; x < size.width; x++) {
        const k = c0 * x + c1 * y + 1;
        const [u, v] = [(a0 * x + a1 * y + a2) / k, (b0 * x + b1 * y + b2) / k];
        const [left, top] = [Math.floor(u), Math.floor(v)];
        const [right, down] = [u - left, v - top];
        for (let c = 0; c < C; c++) {
          const upper = at(n, top, left, c) * (1 - right) + at(n, top, left + 1, c) * right;
          const lower = at(n, top + 1, left, c) * (1 - right) + at(n, top + 1, left + 1, c) * right;
          values.push(upper * (1 - down) + lower * down);
        }
      }
    }
  }
  return values;
}

describe.each(engines)("projectImages on %s", (engine) => {
  it.each(["native", "portable"] as const)("samples as a double loop does, with %s ops", async (target) => {
    await tf.setBackend(engine);
    const size = { width: 6, height: 8 };
    const values = tf.tidy(() => {
      const images = tf.tensor4d(IMAGES, [2, H, W, C]);
      return withTarget(target, () => projectImages(images, tf.tensor2d(TRANSFORMS, [2, 8]), size, FILL)).dataSync();
    });
    expected(size).forEach((value, i) => {
      expect(values[i]).toBeCloseTo(value, 2);
    });
  });
});
