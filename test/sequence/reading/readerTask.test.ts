import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { Random } from "../../../src/base/random.ts";
import { normalizing } from "../../../src/core/index.ts";
import { AugmentThreads } from "../../../src/data/augment/augmentThreads.ts";
import type { Augmentation } from "../../../src/data/augment/description.ts";
import { PRESETS } from "../../../src/data/augment/presets.ts";
import type { Dataset } from "../../../src/data/dataset.ts";
import { noCache } from "../../../src/data/images/imageCache.ts";
import { limiter } from "../../../src/data/parallel.ts";
import { compileProgram, openPrograms } from "../../../src/engine/graph/program.ts";
import type { Step } from "../../../src/engine/graph/step.ts";
import { loadEngine } from "../../../src/engine/load.ts";
import { openModel, trainModel } from "../../../src/models.ts";
import { buildReader } from "../../../src/sequence/reading/network.ts";
import { ReaderOptions } from "../../../src/sequence/reading/options.ts";
import { readerTask } from "../../../src/sequence/reading/readerTask.ts";
import { TextReader } from "../../../src/sequence/reading/textReader.ts";
import { disposeWeights } from "../../../src/core/namedWeights.ts";
import { readModelWeights } from "../../../src/training/run/modelFolder.ts";
import { stepFeeds, Trainer } from "../../../src/training/trainer.ts";
import { stepName } from "../../../src/training/trainingProgram.ts";
import { textsDataset } from "./sampleTexts.ts";

let data: Dataset;
let remove: () => Promise<void>;
let out: string;
await loadEngine();

beforeAll(async () => {
  ({ dataset: data, remove } = await textsDataset({ train: 12, val: 6, test: 2 }));
  out = await mkdtemp(join(tmpdir(), "anchorkit-reader-"));
});
afterEach(() => {
  expect(openPrograms()).toBe(0);
});
afterAll(async () => {
  await remove();
  await rm(out, { recursive: true });
});

const SMALL = { height: 16, units: 8, layers: 1 };

async function prepare(given: Dataset, own: Partial<ReaderOptions> = {}, augmentation?: Augmentation) {
  const loading = { cache: noCache, decoding: limiter(4), threads: new AugmentThreads() };
  const context = { loading, random: new Random(3), resumes: false };
  const chosen = ReaderOptions.parse({ ...SMALL, ...own });
  return readerTask(given, { ...chosen, model: "crnn", batch: 4, ...(augmentation && { augmentation }) }, context);
}

describe("a reader's training step", () => {
  it("is the same compiled as op by op over five steps", async () => {
    const task = await prepare(data);
    const random = new Random(1);
    const trainer = await Trainer.make(task, { precision: "float32", fast: "float32", random });
    const { program, steps, variables } = trainer.compiled;
    program.pull();
    const [width = ""] = Object.keys(task.shapes);
    const name = stepName("batch", width);
    const eager = await compileProgram(
      { [name]: steps[name] as Step },
      { variables: [...variables.values()], mode: "eager" },
    );
    const feedsOf = async (i: number) =>
      stepFeeds(task, await task.batches.batch(i), { step: i, random, update: { number: i + 1, learningRate: 1e-3 } });
    const lossesOf = async (run: (feeds: Record<string, tf.Tensor>) => Record<string, tf.Tensor>) => {
      const losses: number[] = [];
      for (let i = 0; i < 5; i++) {
        const feeds = await feedsOf(i);
        const outputs = run(feeds);
        losses.push(
          outputs.text?.dataSync()[0] ?? NaN,
          outputs.shortcut?.dataSync()[0] ?? NaN,
          outputs.start?.dataSync()[0] ?? NaN,
        );
        tf.dispose([feeds, outputs]);
      }
      return losses;
    };
    const before = [...variables.values()].map((variable) => variable.clone());
    const opByOp = await lossesOf((feeds) => eager.run(name, feeds));
    [...variables.values()].forEach((variable, i) => {
      variable.assign(before[i] as tf.Tensor);
    });
    program.push();
    const compiled = await lossesOf((feeds) => program.run(name, feeds));
    expect(compiled.every(Number.isFinite)).toBe(true);
    compiled.forEach((loss, i) => {
      expect(loss).toBeCloseTo(opByOp[i] ?? NaN, 3);
    });
    tf.dispose(before);
    const tensors = tf.memory().numTensors;
    for (let i = 5; i < 8; i++)
      await trainer.train(await task.batches.batch(i), { step: i, progress: 0, learningRate: 1e-3 });
    await trainer.validate();
    expect(tf.memory().numTensors).toBe(tensors);
    eager.dispose();
    trainer.dispose();
    task.dispose();
  });
});

describe("what lies behind an image", () => {
  it.each(["lstm", "gru"] as const)("changes neither what is read nor what is learnt of it (%s)", (cell) => {
    const architecture = { ...SMALL, cell, dropout: 0 };
    const { model } = buildReader(architecture, 5, new Random(2));
    const width = 22; // no multiple of the frames' stride
    const image = tf.randomNormal([2, 16, width, 3], 0, 1, "float32", 7);
    const widths = tf.tensor2d([[width], [13]]);
    const readOn = (canvas: number, noise: number) =>
      tf.tidy(() => {
        const behind = tf.randomNormal([2, 16, canvas - width, 3], 0, noise, "float32", noise);
        const padded = tf.concat([image, behind], 2);
        // In training, too, but for the statistics of normalisation, which are those of all columns of a batch.
        const apply = (training: boolean) =>
          normalizing("moving", () => model.apply([padded, widths], { training }) as tf.Tensor[]);
        return [...apply(false), ...apply(true)].map((logits) => {
          const [first, second] = [logits.slice([0, 0], [1, 6]), logits.slice([1, 0], [1, 4])];
          return [...first.dataSync(), ...second.dataSync()];
        });
      });
    const narrow = readOn(24, 1);
    const wide = readOn(64, 50);
    narrow.forEach((logits, i) => {
      expect(Math.max(...logits.map((value, k) => Math.abs(value - (wide[i]?.[k] ?? NaN))))).toBeLessThan(1e-4);
    });
    tf.dispose([image, widths]);
    disposeWeights(model);
  });
});

describe("data that a reader cannot learn", () => {
  const first = () => data.images.map((image, i) => (i === 0 ? { ...image, text: "AAHHOOTTEE" } : image));

  it("has a text with more characters than its image has frames: the image, the numbers and what to do are said", async () => {
    await expect(prepare({ ...data, images: first() })).rejects.toThrow(
      /train-0\.png: its text "AAHHOOTTEE" needs 15 frames .* read in \d+, being \d+ pixels wide in the input; choose a height of \d+ or more/,
    );
  });

  it("is squeezed where the input is narrow: then a wider one is asked for", async () => {
    const long = data.images.find(({ text }) => text?.length === 4);
    if (!long) throw new Error("the sample has no text of four letters");
    const images = [{ ...long, text: "AETHOAET", split: "train" as const }, ...data.images];
    (await prepare({ ...data, images }, { size: 32, height: 16 })).dispose();
    const tight = [{ ...long, text: "AETHOAETH", split: "train" as const }, ...data.images];
    await expect(prepare({ ...data, images: tight }, { size: 32, height: 16 })).rejects.toThrow(
      /a wider input, a size of 40 or more/,
    );
  });

  it("has no texts, or is varied so that they read otherwise", async () => {
    const images = data.images.map(({ text: _, ...image }) => image);
    await expect(prepare({ ...data, images })).rejects.toThrow(/none of 20 images has a text, and no object/);
    const flips = PRESETS.light;
    await expect(prepare(data, {}, flips)).rejects.toThrow(/after flip an image does not show its text any more/);
  });

  it("has characters in val that no training text has, which is noted", async () => {
    const images = data.images.map((image) => (image.split === "val" ? { ...image, text: "É?" } : image));
    const task = await prepare({ ...data, images });
    expect(task.notes).toEqual([
      expect.stringMatching(
        /^6 texts of the validation images have characters that no training text .*: "É", "\?" \(first: .*val-0\.png\)$/,
      ),
    ]);
    expect(task.description.classes).toEqual(["A", "E", "H", "O", "T"]);
    task.dispose();
  });
});

const training = () => ({
  ...({ out, batch: 4, seed: 3, epochs: 2, precision: "float32", engine: "native" } as const),
  ...({ cache: "ram", overwrite: true, tensorboard: false } as const),
});

describe("a reader's training", () => {
  it("that goes on ends in the same bits, and reads files as it read while it was trained", async () => {
    const weightsOf = async () => (await readModelWeights(join(out, "last"))).get("characters/kernel")?.values;
    await trainModel("crnn", data, SMALL, training());
    const whole = await weightsOf();
    const stop = new AbortController();
    const progress = ({ step }: { step: number }): void => {
      if (step === 2) stop.abort();
    };
    await trainModel("crnn", data, SMALL, { ...training(), signal: stop.signal }, {}, { progress });
    const { epochs: _, overwrite: __, ...rest } = training();
    const seen: Record<string, number>[] = [];
    const validated = ({ metrics }: { metrics: Record<string, number> }): void => void seen.push(metrics);
    expect(await trainModel("crnn", data, {}, { ...rest, resume: true }, {}, { validated })).toMatchObject({
      finished: true,
    });
    expect(await weightsOf()).toEqual(whole);

    const reader = await openModel(out, { precision: "float32" });
    if (!(reader instanceof TextReader)) throw new Error("no reader");
    const val = data.images.filter(({ split }) => split === "val");
    const labelled = await reader.readLabelled(val);
    const files: string[] = [];
    for await (const one of reader.predictFiles([...val.map(({ file }) => file), "gone.png"])) {
      files.push("error" in one ? one.error.message : one.text);
    }
    expect(files).toEqual([...labelled.map(({ text }) => text), "gone.png: no such file"]);
    const words = val.map(({ text = "" }) => text);
    for (const { text, confidence } of await reader.readLabelled(val, { words })) {
      expect(words).toContain(text);
      expect(confidence).toBeGreaterThan(0);
      expect(confidence).toBeLessThanOrEqual(1);
    }
    await expect(reader.readLabelled(val, { words: ["xyz"] })).rejects.toThrow(/none of 1 words can be read: .* AEHOT/);
    const [{ file, width, height }] = val as [(typeof val)[number]];
    const [whole1] = await reader.readBoxes(file, [[0, 0, width, height]]);
    expect(whole1?.text).toBe(labelled[0]?.text);
    reader.dispose();
  });
});
