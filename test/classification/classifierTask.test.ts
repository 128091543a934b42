import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { Random } from "../../src/base/random.ts";
import { Classifier } from "../../src/classification/classifier.ts";
import { classifierTask } from "../../src/classification/classifierTask.ts";
import { ClassifierOptions, PretrainedOptions } from "../../src/classification/options.ts";
import { AugmentThreads } from "../../src/data/augment/augmentThreads.ts";
import type { Dataset } from "../../src/data/dataset.ts";
import { noCache } from "../../src/data/images/imageCache.ts";
import { limiter } from "../../src/data/parallel.ts";
import { compileProgram, openPrograms } from "../../src/engine/graph/program.ts";
import type { Step } from "../../src/engine/graph/step.ts";
import { loadEngine } from "../../src/engine/load.ts";
import { findModelBatch, openModel, trainModel } from "../../src/models.ts";
import { readModelWeights } from "../../src/training/run/modelFolder.ts";
import { stepFeeds, Trainer } from "../../src/training/trainer.ts";
import { stepName } from "../../src/training/trainingProgram.ts";
import { squaresDataset } from "../detection/sampleImages.ts";

let squares: Dataset;
let remove: () => Promise<void>;
let folder: string;
let out: string;
/** A training from its beginning to its end, in the folder "whole". */
let whole: Awaited<ReturnType<typeof trainModel>>;
const own = { size: 32, labelSmoothing: 0, classWeights: "balanced" };
await loadEngine();

beforeAll(async () => {
  ({ dataset: squares, remove } = await squaresDataset({ train: 12, val: 6, test: 2 }));
  folder = await mkdtemp(join(tmpdir(), "anchorkit-classifier-"));
  out = join(folder, "run");
  whole = await trainModel("small-cnn", labelled(), own, { ...training(), out: join(folder, "whole"), epochs: 2 });
});
afterEach(() => {
  expect(openPrograms()).toBe(0);
});
afterAll(async () => {
  await remove();
  await rm(folder, { recursive: true });
});

/** Images labelled with the class of their first square. */
function labelled(): Dataset {
  return {
    ...squares,
    images: squares.images.map(({ objects, ...image }) => ({
      ...image,
      objects: [],
      labels: [objects[0]?.class ?? 0],
    })),
  };
}

async function prepare(data: Dataset, own: Partial<ClassifierOptions> = {}) {
  const loading = { cache: noCache, decoding: limiter(4), threads: new AugmentThreads() };
  const context = { loading, random: new Random(3), resumes: false };
  const chosen = ClassifierOptions.parse({ size: 64, ...own });
  return classifierTask(data, { ...chosen, model: "small-cnn", backbone: "small", batch: 4 }, context);
}

describe("a classifier's training step", () => {
  it("is the same compiled as op by op, and leaves no tensor behind", async () => {
    const task = await prepare(labelled());
    const random = new Random(1);
    const trainer = await Trainer.make(task, { precision: "float32", fast: "float32", random });
    const { program, steps, variables } = trainer.compiled;
    const step = async (i: number) =>
      trainer.train(await task.batches.batch(i), { step: i, progress: 0, learningRate: 1e-3 });
    await step(0);
    const before = tf.memory().numTensors;
    for (let i = 1; i < 4; i++) await step(i);
    await trainer.validate();
    expect(tf.memory().numTensors).toBe(before);

    const name = stepName("batch", "images");
    const update = { number: 1, learningRate: 0 };
    const feeds = stepFeeds(task, await task.batches.batch(0), { step: 0, random, update });
    program.pull();
    const compiled = program.run(name, feeds);
    const eager = await compileProgram(
      { [name]: steps[name] as Step },
      { variables: [...variables.values()], mode: "eager" },
    );
    const outputs = eager.run(name, feeds);
    for (const [key, value] of Object.entries(outputs)) {
      expect(compiled[key]?.dataSync()[0], key).toBeCloseTo(value.dataSync()[0] ?? NaN, 3);
    }
    tf.dispose([feeds, compiled, outputs]);
    eager.dispose();
    trainer.dispose();
    task.dispose();
  });
});

it("the batch that suits the memory is measured, and nothing is left of that", async () => {
  const before = tf.memory().numTensors;
  const options = { seed: 3, precision: "float32", engine: "native", tensorboard: false, batch: 32 } as const;
  const { batch, says } = await findModelBatch("small-cnn", labelled(), { size: 32 }, options);
  expect(batch).toBe(8); // of twelve images
  expect(says).toMatch(/^--batch auto: batches of 8, as there are few training images \(4 took \d\.\d GB, 8 took/);
  expect(tf.memory().numTensors).toBe(before);
});

const training = () => ({
  ...({ out, batch: 4, seed: 3, epochs: 1, precision: "float32", engine: "native" } as const),
  ...({ cache: "ram", overwrite: true, tensorboard: false } as const),
});

describe("a classifier's training that goes on", () => {
  it("has the losses that it was begun with, to the same bits", async () => {
    const data = labelled();
    const weightsOf = async (run: string) =>
      (await readModelWeights(join(folder, run, "last"))).get("classes/kernel")?.values;
    const stop = new AbortController();
    const progress = ({ step }: { step: number }): void => {
      if (step === 2) stop.abort();
    };
    await trainModel("small-cnn", data, own, { ...training(), epochs: 2, signal: stop.signal }, {}, { progress });
    const { epochs: _, overwrite: __, ...rest } = training();
    expect(await trainModel("small-cnn", data, {}, { ...rest, resume: true })).toMatchObject({ finished: true });
    expect(await weightsOf("run")).toEqual(await weightsOf("whole"));
  });

  it("has the phases that it was begun with, where published weights were its beginning", async () => {
    const loading = { cache: noCache, decoding: limiter(4), threads: new AugmentThreads() };
    const options = { ...PretrainedOptions.parse({ size: 32, pretrained: "gone.h5", layerDecay: 0.5 }), batch: 4 };
    const phasesOf = async (resumes: boolean): Promise<string[]> => {
      const begunWith = resumes ? ({ begunWith: "backbone" } as const) : {};
      const context = { loading, random: new Random(3), model: join(out, "last"), resumes, ...begunWith };
      const task = await classifierTask(labelled(), { ...options, model: "small-cnn", backbone: "small" }, context);
      task.dispose();
      return (task.recipe?.phases ?? []).map(({ name }) => name);
    };
    expect(await phasesOf(true)).toEqual(["head", "fine", "frozen"]);
    expect(await phasesOf(false)).toEqual(["frozen"]);
  });
});

describe("trained classifiers", () => {
  it("say what images show, as they did while they were trained", async () => {
    expect(whole.finished).toBe(true);
    const classifier = await openModel(join(folder, "whole"), { precision: "float32" });
    if (!(classifier instanceof Classifier)) throw new Error("no classifier");
    expect(classifier.classes).toEqual(["bright", "dark"]);
    const val = labelled().images.filter(({ split }) => split === "val");
    const found = await classifier.classifyLabelled(val);
    const right = found.filter(
      ({ probabilities, labels }) => probabilities.indexOf(Math.max(...probabilities)) === labels[0],
    );
    expect(right.length / val.length).toBeCloseTo(whole.best?.score ?? NaN, 6);
    const files: Float32Array[] = [];
    for await (const one of classifier.predictFiles(val.map(({ file }) => file))) {
      if ("probabilities" in one) files.push(one.probabilities);
    }
    expect(files).toEqual(found.map(({ probabilities }) => probabilities));
    classifier.dispose();
  });

  it("name any number of classes where images show several, with thresholds chosen on the validation images", async () => {
    await trainModel("small-cnn", squares, { size: 32, targets: "presence" }, training());
    const classifier = (await openModel(out)) as Classifier;
    expect(classifier.description).toMatchObject({ multiLabel: true, targets: "presence" });
    expect(classifier.description.thresholds).toHaveLength(2);
    classifier.dispose();
  });

  it("say where the one object is", async () => {
    const data = {
      ...squares,
      images: squares.images.map((image) => ({ ...image, objects: image.objects.slice(0, 1) })),
    };
    await trainModel("small-cnn", data, { size: 32, targets: "box" }, training());
    const classifier = (await openModel(out)) as Classifier;
    const [found] = await classifier.classifyLabelled([data.images[0] as (typeof data.images)[number]]);
    const [x1 = NaN, y1 = NaN, x2 = NaN, y2 = NaN] = found?.box ?? [];
    expect(0 <= x1 && x1 <= x2 && x2 <= 96 && 0 <= y1 && y1 <= y2 && y2 <= 64).toBe(true);
    expect(found?.trueBox).toEqual(data.images[0]?.objects[0]?.box);
    classifier.dispose();
  });
});
