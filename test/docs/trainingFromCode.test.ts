import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { expect, onTestFinished, test } from "vitest";
import { exportLabels } from "../../src/data/exportLabels.ts";
import type { DetectedFile } from "../../src/base/detectedImage.ts";
import type { Callback } from "../../src/training/callbacks/callback.ts";
import { engines } from "../detection/support.ts";
import { squaresDataset } from "../detection/sampleImages.ts";
import { folder, run } from "./examples.ts";

test("the examples of training from code train a detector, and a network in a loop of one's own", async () => {
  const native = engines.includes("tensorflow");
  await tf.setBackend(engines[0] ?? "cpu");
  const { dataset, remove } = await squaresDataset({ train: 4, val: 2, test: 2 });
  onTestFinished(remove);
  await exportLabels(dataset, "coco", join(folder, "photos"));
  const here = process.cwd();
  onTestFinished(() => {
    process.chdir(here);
  });
  process.chdir(folder); // where "photos" lies
  const before = tf.memory().numTensors;
  const shorter = (code: string): string =>
    code
      .replace("minutes: 10", 'epochs: 1, precision: "float32"')
      .replace("size: 320", "size: 64")
      .replaceAll('"native"', native ? '"native"' : '"cpu"')
      .replace(
        'Detector.load("runs/photos")',
        `Detector.load("runs/photos", { engine: "${native ? "native" : "cpu"}" })`,
      );
  const { losses } = await run(
    "training-from-code.md",
    "src",
    ["detector.ts", "calmAfterSpikes.ts", "loop.ts"],
    shorter,
  );
  expect(tf.memory().numTensors).toBe(before);
  const mean = (part: number[]): number => part.reduce((sum, loss) => sum + loss, 0) / part.length;
  const all = losses as number[];
  expect(mean(all.slice(-20))).toBeLessThan(0.3 * mean(all.slice(0, 5)));

  const { calmAfterSpikes } = (await import(join(folder, "calmAfterSpikes.ts"))) as { calmAfterSpikes: () => Callback };
  const callback = calmAfterSpikes();
  const wishes = (losses: number[], of: Callback) => losses.map((loss) => of.onStep?.({ loss } as never));
  expect(wishes([1, 2, 6], callback)).toEqual([undefined, undefined, { rateFactor: 0.5 }]);
  const goneOn = calmAfterSpikes();
  goneOn.restore?.(JSON.parse(JSON.stringify(callback.state?.())));
  expect(wishes([8, 16], goneOn)).toEqual([undefined, { rateFactor: 0.5 }]);

  const detector = (await import(join(folder, "detector.ts"))) as { result: unknown; found: DetectedFile[] };
  expect(detector.result).toMatchObject({ steps: 1, finished: true });
  expect(detector.found).toHaveLength(2);
  expect(tf.memory().numTensors).toBe(before);
});
