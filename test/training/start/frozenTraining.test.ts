import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Random } from "../../../src/base/random.ts";
import { namedWeights, weightValues } from "../../../src/core/namedWeights.ts";
import { AugmentThreads } from "../../../src/data/augment/augmentThreads.ts";
import type { Dataset } from "../../../src/data/dataset.ts";
import { noCache } from "../../../src/data/images/imageCache.ts";
import { limiter } from "../../../src/data/parallel.ts";
import { splitSeries } from "../../../src/data/series/splitSeries.ts";
import { compileProgram, openPrograms } from "../../../src/engine/graph/program.ts";
import type { Step } from "../../../src/engine/graph/step.ts";
import { loadEngine } from "../../../src/engine/load.ts";
import { MODELS, trainModel } from "../../../src/models.ts";
import { readModelWeights } from "../../../src/training/run/modelFolder.ts";
import { stepFeeds, Trainer } from "../../../src/training/trainer.ts";
import { stepName } from "../../../src/training/trainingProgram.ts";
import { squaresDataset } from "../../detection/sampleImages.ts";
import { maskedSquares } from "../../segmentation/sampleMasks.ts";
import { movingSquares } from "../../sequence/clips/movingSquares.ts";
import { textsDataset } from "../../sequence/reading/sampleTexts.ts";

await loadEngine();
let out: string;
const data: Record<string, Dataset> = {};
const remove: (() => Promise<void>)[] = [];

beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), "anchorkit-frozen-"));
  const splits = { train: 6, val: 2, test: 1 };
  for (const [name, make] of Object.entries({ squares: squaresDataset, masks: maskedSquares, texts: textsDataset })) {
    const made = await make(splits);
    data[name] = made.dataset;
    remove.push(made.remove);
  }
  const { folder, clips } = await movingSquares();
  data.clips = clips;
  data.waves = waves();
  remove.push(
    () => rm(folder, { recursive: true }),
    () => rm(out, { recursive: true }),
  );
});
afterAll(async () => {
  expect(openPrograms()).toBe(0);
  for (const one of remove) await one();
});

function waves(): Dataset {
  const values = Array.from({ length: 120 }, (_, t) => Float64Array.of(Math.sin((2 * Math.PI * t) / 6)));
  const series = { file: "/nowhere/waves.csv", columns: ["y"], values };
  return splitSeries({ classes: [], images: [], series }, { val: 0.15, test: 0.15 });
}

/** Of each task: a model, its data and options, and what does not learn. */
const EACH: readonly (readonly [string, string, Readonly<Record<string, unknown>>, string, RegExp])[] = [
  ["faster-rcnn", "squares", { size: 64, pretrained: "none" }, "1,rpn_conv", /^(stage[12]|rpn_conv)/],
  ["small-cnn", "squares", { size: 32, targets: "objects" }, "stage*_bn", /_bn\//],
  ["unet", "masks", { size: 32, filters: 2, depth: 2, backbone: "small", pretrained: "none" }, "backbone", /^stage/],
  ["cnn-lstm", "clips", { size: 32, units: 6, frames: 4 }, "recurrent,stage4", /^(recurrent|stage4)/], // prettier-ignore
  ["crnn", "texts", { height: 16, units: 8, layers: 1 }, "stage1,lstm1", /^(stage1|lstm1)/],
  ["forecast", "waves", { horizon: 3, window: 5, units: 4 }, "linear", /^linear/],
];
const datasetOf = (name: string): Dataset => data[name] ?? { classes: [], images: [] };

function prepare(model: string, name: string, own: Readonly<Record<string, unknown>>) {
  const family = MODELS[model];
  if (!family) throw new Error(`no model ${model}`);
  const loading = { cache: noCache, decoding: limiter(4), threads: new AugmentThreads() };
  const context = { loading, random: new Random(3), resumes: false };
  return family.prepare(datasetOf(name), { ...family.options.parse(own), batch: 2 }, context);
}

/** Six steps: averaged weights, which are saved, move after five. */
const training = (folder: string) => ({
  ...({ out: join(out, folder), batch: 2, seed: 3, epochs: 2, precision: "float32", engine: "native" } as const),
  ...({ cache: "ram", tensorboard: false } as const),
});

const changedBy = async (model: string, before: ReadonlyMap<string, Float32Array>) =>
  [...(await readModelWeights(join(out, model, "last")))]
    .filter(([weight, { values }]) => String(before.get(weight)) !== String(values))
    .map(([weight]) => weight);

it.each(EACH)(
  "frozen layers of %s stay as they are to the last bit, normalisation's statistics too, and others move: %s, %j, %s",
  async (model, name, own, freeze, frozen) => {
    const begun = await prepare(model, name, { ...own, freeze });
    const before = new Map([...weightValues(begun.network)].map(([weight, { values }]) => [weight, values.slice()]));
    begun.dispose();
    await trainModel(model, datasetOf(name), { ...own, freeze }, training(model));
    const moved = await changedBy(model, before);
    const still = [...before.keys()].filter((weight) => !moved.includes(weight));
    expect(still.length).toBeGreaterThan(0);
    expect(still.filter((weight) => !frozen.test(weight))).toEqual([]);
    expect(moved.filter((weight) => frozen.test(weight))).toEqual([]);
  },
);

it("a training with frozen layers goes on to the same bits", async () => {
  const own = { size: 32, targets: "objects", freeze: "2" };
  const whole = training("whole");
  await trainModel("small-cnn", datasetOf("squares"), own, whole);
  const stop = new AbortController();
  const progress = ({ step }: { step: number }): void => {
    if (step === 2) stop.abort();
  };
  const parts = { ...training("parts"), signal: stop.signal };
  await trainModel("small-cnn", datasetOf("squares"), own, parts, {}, { progress });
  const { epochs: _, signal: __, ...rest } = parts;
  expect(await trainModel("small-cnn", datasetOf("squares"), {}, { ...rest, resume: true })).toMatchObject({
    finished: true,
  });
  expect(await readModelWeights(join(parts.out, "last"))).toEqual(await readModelWeights(join(whole.out, "last")));
});

it("a layer that the network does not have leaves no run behind", async () => {
  const own = { size: 32, freeze: "stage9" };
  await expect(trainModel("small-cnn", datasetOf("squares"), own, training("none"))).rejects.toThrow(
    'freeze: classifier has no layer "stage9"',
  );
});

it.each(["small-cnn", "faster-rcnn"])(
  "a step of %s with frozen layers is the same compiled as op by op",
  async (model) => {
    const own = { size: 64, freeze: "2" };
    const task = await prepare(model, "squares", own);
    const random = new Random(1);
    const trainer = await Trainer.make(task, { precision: "float32", fast: "float32", random });
    const { program, steps, variables } = trainer.compiled;
    const name = stepName("batch", "images");
    const update = { number: 1, learningRate: 1e-3 };
    const feeds = stepFeeds(task, await task.batches.batch(0), { step: 0, random, update });
    const read = (): Map<string, Float32Array> =>
      new Map([...namedWeights(task.network)].map(([weight, v]) => [weight, v.dataSync<"float32">().slice()]));
    program.pull();
    const before = read();
    const eager = await compileProgram(
      { [name]: steps[name] as Step },
      { variables: [...variables.values()], mode: "eager" },
    );
    const compiled = program.run(name, feeds); // in the program's own memory, until it is pulled
    const outputs = eager.run(name, feeds);
    const byOps = read();
    program.pull();
    const recorded = read();
    const statistics = [...before.keys()].filter((weight) => weight.includes("moving_"));
    for (const weight of statistics) {
      const isFrozen = /^stage[123]_/.test(weight); // two stages end with the maps of strides 4 and 8
      expect([weight, String(recorded.get(weight)) === String(before.get(weight))]).toEqual([weight, isFrozen]);
    }
    for (const [weight, values] of byOps) {
      const other = recorded.get(weight) ?? [];
      const apart = values.reduce((most, value, i) => Math.max(most, Math.abs(value - (other[i] ?? NaN))), 0);
      expect(apart, weight).toBeLessThan(2.5e-3); // Adam's first step is that long, whatever the gradient's last digits say
    }
    for (const [key, value] of Object.entries(outputs)) {
      expect(compiled[key]?.dataSync()[0], key).toBeCloseTo(value.dataSync()[0] ?? NaN, 3);
    }
    tf.dispose([feeds, compiled, outputs]);
    eager.dispose();
    trainer.dispose();
    task.dispose();
  },
);
