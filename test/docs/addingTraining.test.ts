import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { Random } from "../../src/base/random.ts";
import type { Dataset, ImageRecord, SplitName } from "../../src/data/dataset.ts";
import { MODELS, type ModelFamily, trainModel } from "../../src/models.ts";
import type { OptimizerFactory } from "../../src/training/optimizers/optimizer.ts";
import { type OptimizerName, OPTIMIZERS } from "../../src/training/optimizers/registry.ts";
import { RunFolder } from "../../src/training/run/runFolder.ts";
import { engines } from "../detection/support.ts";
import { checkOptimizer } from "../training/optimizers/checkOptimizer.ts";
import { differenceFromKeras } from "../training/optimizers/kerasSteps.ts";
import { folder, run } from "./examples.ts";

describe.each(engines)("the example of an optimizer, on %s", (engine) => {
  test("moves weights as Keras does, and passes what all optimizers pass", async () => {
    await tf.setBackend(engine);
    const { lion } = await run("adding-an-optimizer.md", "src/training/optimizers", ["lion.ts"]);
    const make = lion as (options?: object) => OptimizerFactory;
    expect(await differenceFromKeras("lion", make)).toBeLessThan(1e-5);
    const entry = { peakRate: 2e-4, takes: ["beta1", "beta2"], make: () => Promise.resolve(make()) };
    Object.assign(OPTIMIZERS, { lion: entry }); // as its line in registry.ts does
    await checkOptimizer("lion" as OptimizerName, 1e-2);
  });
});

/** Dark and bright images with noise, in equal shares in train and val. */
async function shades(): Promise<Dataset> {
  const random = new Random(1);
  const images: ImageRecord[] = [];
  for (let i = 0; i < 24; i++) {
    const [width, height] = [20 + random.int(20), 12 + random.int(10)];
    const file = join(folder, `${i}.png`);
    const pixels = Uint8Array.from({ length: width * height * 3 }, () => 60 * (i % 2) + random.int(196));
    await sharp(pixels, { raw: { width, height, channels: 3 } }).toFile(file);
    const split: SplitName = i < 16 ? "train" : "val";
    images.push({ id: i, file, width, height, split, objects: [], labels: [i % 2] });
  }
  return { classes: ["dark", "bright"], images };
}

test.runIf(engines.includes("tensorflow"))("the example of a model learns, stopped half-way and resumed", async () => {
  const names = ["options.ts", "shadeTask.ts"];
  const { shadeTask } = await run("adding-a-model.md", "src/classification/shade", names);
  const { ShadeOptions } = (await import(join(folder, "options.ts"))) as { ShadeOptions: ModelFamily["options"] };
  const family = { task: "classification", title: "Shades", options: ShadeOptions, prepare: shadeTask };
  Object.assign(MODELS, { shade: family }); // as its line in models.ts does
  const dataset = await shades();
  const shared = { batch: 8, seed: 2, engine: "native", precision: "auto", lr: 0.05 } as const;
  const before = tf.memory().numTensors;

  const untaught = { ...shared, out: join(folder, "untaught"), epochs: 1, lr: 1e-9 };
  expect((await trainModel("shade", dataset, { filters: 3 }, untaught)).best?.score).toBeLessThanOrEqual(0.5);

  const whole = { ...shared, out: join(folder, "whole"), epochs: 40 };
  expect(await trainModel("shade", dataset, { filters: 3 }, whole)).toMatchObject({ steps: 80, best: { score: 1 } });
  expect(await new RunFolder(whole.out).readConfig()).toMatchObject({ model: "shade", filters: 3 });

  const abort = new AbortController();
  const out = join(folder, "halves");
  const stop = ({ step }: { step: number }): void => {
    if (step === 37) abort.abort();
  };
  const half = { ...whole, out, signal: abort.signal };
  expect(await trainModel("shade", dataset, { filters: 3 }, half, {}, { progress: stop })).toMatchObject({ steps: 37 });
  expect(await trainModel("shade", dataset, {}, { ...shared, out, resume: true })).toMatchObject({ steps: 80 });
  const [a, b] = await Promise.all([whole.out, out].map((at) => readFile(join(at, "last", "weights.bin"))));
  expect(b).toEqual(a);
  expect(tf.memory().numTensors).toBe(before);
});
