import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { saveVariables } from "../../../src/core/variables.ts";
import { RunFolder } from "../../../src/training/run/runFolder.ts";
import { validation } from "../callbacks/validations.ts";

export interface WrittenRun {
  config?: Record<string, unknown>;
  scores: number[];
  finished?: boolean;
}

/** Writes the folder of a run as a training leaves it, its scores one every hundred steps. */
export async function writeRun(folder: string, { config = {}, scores, finished = true }: WrittenRun): Promise<void> {
  const run = new RunFolder(folder);
  await mkdir(join(folder, "last"), { recursive: true });
  await run.writeConfig({ model: "faster-rcnn", data: "/photos", budget: { epochs: 9 }, ...config });
  await writeFile(run.splits, "{}");
  let best: { score: number; step: number } | null = null;
  for (const [i, score] of scores.entries()) {
    const step = 100 * (i + 1);
    const isBest = best === null || score > best.score;
    if (isBest) best = { score, step };
    const losses = { loss: 3 / (i + 1), validationLoss: 3.2 / (i + 1) + 0.1 * i, learningRate: 0.002 / (i + 1) };
    const metrics = { AP: score, AP50: score < 0.35 ? 2 * score : 0.5 };
    await run.appendMetrics(validation({ step, epoch: i + 1, ...losses, score, metrics, best: isBest }));
  }
  const loop = { step: 100 * scores.length, elapsed: 90, best, finished };
  const weight = tf.variable(tf.zeros([50_000]));
  const state = { loop, trainer: { phase: "batch" } };
  await saveVariables(join(run.last, "state.bin"), new Map([["weight", weight]]), state);
  weight.dispose();
}
