import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { Random } from "../../src/base/random.ts";
import { AugmentThreads } from "../../src/data/augment/augmentThreads.ts";
import type { Dataset } from "../../src/data/dataset.ts";
import { noCache } from "../../src/data/images/imageCache.ts";
import { limiter } from "../../src/data/parallel.ts";
import { compileProgram, openPrograms } from "../../src/engine/graph/program.ts";
import type { Step } from "../../src/engine/graph/step.ts";
import { loadEngine } from "../../src/engine/load.ts";
import { MODELS, openModel, trainModel } from "../../src/models.ts";
import { instancesOf } from "../../src/segmentation/instances/instancesOf.ts";
import { Segmenter } from "../../src/segmentation/segmenter.ts";
import { readModelWeights } from "../../src/training/run/modelFolder.ts";
import { stepFeeds, Trainer } from "../../src/training/trainer.ts";
import { stepName } from "../../src/training/trainingProgram.ts";
import { maskedSquares, ofOneClass } from "./sampleMasks.ts";

let squares: Dataset;
let remove: () => Promise<void>;
let out: string;
await loadEngine();

beforeAll(async () => {
  ({ dataset: squares, remove } = await maskedSquares({ train: 12, val: 4, test: 2 }));
  out = await mkdtemp(join(tmpdir(), "anchorkit-segmenter-"));
});
afterEach(() => {
  expect(openPrograms()).toBe(0);
});
afterAll(async () => {
  await remove();
  await rm(out, { recursive: true });
});

async function prepare(model: string, own: Readonly<Record<string, unknown>>, batch = 4) {
  const family = MODELS[model];
  if (!family) throw new Error(`no model ${model}`);
  const loading = { cache: noCache, decoding: limiter(4), threads: new AugmentThreads() };
  const context = { loading, random: new Random(3), resumes: false };
  return family.prepare(squares, { ...family.options.parse(own), batch }, context);
}

/** Settings that reach every part of the step. */
const EACH = [
  ["unet", { size: 64, filters: 4, depth: 2, separation: 10, instances: "yes", classWeights: "balanced" }],
  ["unet", { size: 64, filters: 4, depth: 2, padding: "valid", upsampling: "nearest", loss: "focal+tversky" }],
  ["unet", { size: 64, filters: 4, depth: 3, backbone: "small", upsampling: "bilinear" }],
  ["fcn32", { size: 32 }],
  ["fcn16", { size: 32 }],
  ["fcn8", { size: 32, instances: "yes" }],
] as const;

describe("a segmenter's training step", () => {
  it.each(EACH)("of %s %o is the same compiled as op by op over five steps", async (model, own) => {
    const task = await prepare(model, own);
    const random = new Random(1);
    const trainer = await Trainer.make(task, { precision: "float32", fast: "float32", random });
    const { steps, variables, program } = trainer.compiled;
    const before = tf.memory().numTensors;
    program.pull();
    const kept = [...variables.values()].map((variable) => [variable, variable.clone()] as const);
    const name = stepName("batch", "images");
    const feedsOf = async (i: number) =>
      stepFeeds(task, await task.batches.batch(i), { step: i, random, update: { number: i + 1, learningRate: 1e-3 } });
    const losses = async (run: (fed: tf.NamedTensorMap) => tf.NamedTensorMap): Promise<number[]> => {
      const all: number[] = [];
      for (let i = 0; i < 5; i++) {
        const fed = await feedsOf(i);
        const outputs = run(fed);
        all.push(...Object.keys(outputs).sort().map((key) => outputs[key]?.dataSync()[0] ?? NaN)); // prettier-ignore
        tf.dispose([fed, outputs]);
      }
      return all;
    };
    const compiled = await losses((fed) => program.run(name, fed));
    program.pull();
    for (const [variable, value] of kept) variable.assign(value);
    const eager = await compileProgram(
      { [name]: steps[name] as Step },
      { variables: [...variables.values()], mode: "eager" },
    );
    const plain = await losses((fed) => eager.run(name, fed));
    compiled.forEach((value, i) => {
      expect(Math.abs(value - (plain[i] ?? NaN))).toBeLessThan(0.01 * Math.max(1, Math.abs(value)));
    });
    eager.dispose();
    tf.dispose(kept.map(([, value]) => value));
    program.push();
    await trainer.validate();
    expect(tf.memory().numTensors).toBe(before);
    trainer.dispose();
    task.dispose();
  });
});

const training = () => ({
  ...({ out, batch: 4, seed: 3, epochs: 1, precision: "float32", engine: "native" } as const),
  ...({ cache: "ram", overwrite: true, tensorboard: false } as const),
});

it("a training that was stopped and goes on ends in the same bits as one that was not", async () => {
  const own = { size: 32, filters: 4, depth: 2, loss: "focal+dice", separation: 5, instances: "yes" };
  const weightsOf = async () => (await readModelWeights(join(out, "last"))).get("outputs/kernel")?.values;
  await trainModel("unet", squares, own, { ...training(), epochs: 2 });
  const whole = await weightsOf();
  const stop = new AbortController();
  const progress = ({ step }: { step: number }): void => {
    if (step === 2) stop.abort();
  };
  await trainModel("unet", squares, own, { ...training(), epochs: 2, signal: stop.signal }, {}, { progress });
  const { epochs: _, overwrite: __, ...rest } = training();
  expect(await trainModel("unet", squares, {}, { ...rest, resume: true })).toMatchObject({ finished: true });
  expect(await weightsOf()).toEqual(whole);
});

describe("trained segmenters", () => {
  it("say what pixels show, as they did while they were trained, and tell objects apart", async () => {
    const data = ofOneClass(squares);
    const own = { size: 96, filters: 8, depth: 2, instances: "yes" };
    const scores: number[] = [];
    await trainModel(
      "unet",
      data,
      own,
      { ...training(), batch: 2, epochs: 18 },
      {},
      { validated: ({ metrics }) => scores.push(metrics.mean_iou ?? NaN) },
    );
    const segmenter = await openModel(out, { precision: "float32" });
    if (!(segmenter instanceof Segmenter)) throw new Error("no segmenter");
    expect(segmenter.description).toMatchObject({ distance: true, classes: ["square"] });
    const val = data.images.filter(({ split }) => split === "val");
    const shares: number[] = [];
    for await (const { truth, prediction } of segmenter.segmentLabelled(val, { threshold: 0.5 })) {
      const right = truth.data.filter((label, i) => label === prediction.data[i]).length;
      shares.push(right / truth.data.length);
    }
    expect(Math.min(...shares)).toBeGreaterThan(0.93);
    expect(Math.max(...scores)).toBeGreaterThan(0.8);
    for await (const one of segmenter.predictFiles([val[0]?.file ?? "", "missing.png"])) {
      if ("error" in one) expect(one.error.message).toBe("missing.png: no such file");
      else expect(instancesOf(one)[0]).toMatchObject({ class: 0 });
    }
    segmenter.dispose();
  });
});

it("a finer FCN goes on from the weights of a coarser one", async () => {
  const messages: string[] = [];
  await trainModel("fcn32", squares, { size: 32 }, training());
  const finer = `${out}-finer`;
  await trainModel(
    "fcn16",
    squares,
    {},
    { ...training(), out: finer, weights: out },
    {},
    { message: (text) => messages.push(text) },
  );
  expect(messages.find((text) => text.startsWith("weights from"))).toMatch(/from scratch: up16, score16/);
  expect((await readModelWeights(join(finer, "best"))).has("score16/kernel")).toBe(true);
  await rm(finer, { recursive: true });
});
