import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evenAlignment } from "../../../../src/core/ops/ctc/evenAlignment.ts";
import { engines, on } from "../../../detection/support.ts";

/** Frame by frame: the label that the middle of the frame lies in. */
function byFrame(logits: number[][], label: number[], frames: number): number {
  if (label.length === 0) return 0;
  let total = 0;
  for (let t = 0; t < frames; t++) {
    const own = label[Math.floor(((t + 0.5) * label.length) / frames)] as number;
    const row = logits[t] as number[];
    total += Math.log(row.reduce((sum, logit) => sum + Math.exp(logit), 0)) - (row[own] as number);
  }
  return total / frames;
}

const sequence = fc.record({
  logits: fc.array(fc.array(fc.double({ min: -4, max: 4, noNaN: true }), { minLength: 4, maxLength: 4 }), {
    minLength: 6,
    maxLength: 6,
  }),
  label: fc.array(fc.nat(2), { maxLength: 5 }),
  frames: fc.integer({ min: 1, max: 6 }),
});

describe.each(engines)("labels that lie evenly, on %s", (engine) => {
  it("cost what the frames of each say, and frames that do not count cost nothing", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(sequence, { minLength: 1, maxLength: 3 }), async (batch) => {
        const [found, slope] = await on(engine, () => {
          const rows = batch.flatMap(({ label }) => [...label, ...Array<number>(5 - label.length).fill(-1)]);
          const labels = tf.tensor2d(rows, [batch.length, 5], "int32");
          const frames = tf.tensor1d(batch.map(({ frames }) => frames), "int32"); // prettier-ignore
          const loss = (x: tf.Tensor): tf.Tensor => evenAlignment(x as tf.Tensor3D, labels, frames).sum();
          const logits = tf.tensor3d(batch.map((one) => one.logits));
          return [
            evenAlignment(logits, labels, frames).arraySync(),
            tf.grad(loss)(logits).arraySync() as number[][][],
          ] as const;
        });
        for (const [i, { logits, label, frames }] of batch.entries()) {
          expect(found[i]).toBeCloseTo(byFrame(logits, label, frames), 4);
          for (const row of slope[i]?.slice(frames) ?? []) for (const one of row) expect(one).toBeCloseTo(0, 6);
        }
      }),
      { numRuns: 30 },
    );
  });

  it("cost next to nothing where each frame is sure of its label", async () => {
    const loss = await on(engine, () => {
      const logits = tf.oneHot(tf.tensor2d([[0, 0, 0, 1, 1, 1]], [1, 6], "int32"), 3).toFloat().mul(20); // prettier-ignore
      const labels = tf.tensor2d([[0, 1, -1]], [1, 3], "int32");
      return evenAlignment(logits as tf.Tensor3D, labels, tf.tensor1d([6], "int32")).arraySync()[0];
    });
    expect(loss).toBeLessThan(1e-6);
  });
});
