import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import { folder, run } from "./examples.ts";

test("README's examples of the library run as they stand, and give what they say", async () => {
  const names = ["geometry.ts", "metrics.ts", "predict.ts", "ops.ts"];
  const shown = (code: string): string =>
    code
      .replace(/^(iou\(.*\)); \/\/ .*$/m, "export const overlap = $1;")
      .replace(/^(nms\(.*\)); \/\/ .*$/m, "export const kept = $1;")
      .replace(/^const (\{ AP, AP50|pooled)/m, "export const $1");
  const { pooled } = await run("../README.md", "src", names, shown);
  expect((pooled as tf.Tensor).shape).toEqual([48, 7, 7, 96]);
  tf.disposeVariables();

  const { overlap, kept } = (await import(join(folder, "geometry.ts"))) as { overlap: number; kept: Int32Array };
  expect(overlap).toBeCloseTo(1 / 3, 12);
  expect([...kept]).toEqual([0, 2]);
  expect(await import(join(folder, "metrics.ts"))).toMatchObject({
    AP: expect.closeTo(0.7, 12) as number,
    AP50: expect.closeTo(1, 12) as number,
  });
});
