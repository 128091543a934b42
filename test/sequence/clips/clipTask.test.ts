import { rm } from "node:fs/promises";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { Random } from "../../../src/base/random.ts";
import { AugmentThreads } from "../../../src/data/augment/augmentThreads.ts";
import type { Dataset } from "../../../src/data/dataset.ts";
import { noCache } from "../../../src/data/images/imageCache.ts";
import { limiter } from "../../../src/data/parallel.ts";
import { compileProgram, openPrograms } from "../../../src/engine/graph/program.ts";
import type { Step } from "../../../src/engine/graph/step.ts";
import { loadEngine } from "../../../src/engine/load.ts";
import { openModel, trainModel } from "../../../src/models.ts";
import { ClipClassifier } from "../../../src/sequence/clips/clipClassifier.ts";
import { clipsData } from "../../../src/sequence/clips/clipsData.ts";
import { clipTask } from "../../../src/sequence/clips/clipTask.ts";
import { clipLosses, type ClipLossOptions } from "../../../src/sequence/clips/losses.ts";
import { buildClipNetwork } from "../../../src/sequence/clips/network.ts";
import { ClipClassifierOptions } from "../../../src/sequence/clips/options.ts";
import { readModelWeights } from "../../../src/training/run/modelFolder.ts";
import { Trainer } from "../../../src/training/trainer.ts";
import { stepName } from "../../../src/training/trainingProgram.ts";
import { movingSquares } from "./movingSquares.ts";

let clips: Dataset;
let folder: string;
await loadEngine();

beforeAll(async () => {
  ({ folder, clips } = await movingSquares());
});
afterEach(() => {
  expect(openPrograms()).toBe(0);
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** Frames labelled by the half of the clip that they are in. */
function labelledFrames(): Dataset {
  const images = clips.images.map(({ frames = [], ...image }) => ({
    ...{ ...image, labels: [0, 1] },
    frames: frames.map((frame, t) => (t === 1 ? frame : { ...frame, label: t < 2 ? 0 : 1 })),
  }));
  return { classes: ["first", "second"], images };
}

async function prepare(data: Dataset, own: object = {}) {
  const loading = { cache: noCache, decoding: limiter(4), threads: new AugmentThreads() };
  const context = { loading, random: new Random(3), resumes: false };
  const chosen = ClipClassifierOptions.parse({ size: 32, units: 6, frames: 4, ...own });
  return clipTask(data, { ...chosen, model: "cnn-lstm", batch: 2 }, context);
}

describe("a training step of clips", () => {
  it("is the same compiled as op by op over five steps, with clips of unequal lengths", async () => {
    const task = await prepare(labelledFrames(), { rnn: "gru" });
    const trainer = await Trainer.make(task, { precision: "float32", fast: "float32", random: new Random(1) });
    const { program, steps, variables } = trainer.compiled;
    const name = stepName("batch", "clips");
    const eager = await compileProgram(
      { [name]: steps[name] as Step },
      { variables: [...variables.values()], mode: "eager" },
    );
    const feeds = async (i: number) => ({
      ...task.feeds(await task.batches.batch(i), new Random(i)),
      ...{ seed: tf.scalar(i, "int32"), learningRate: tf.scalar(1e-3), step: tf.scalar(i + 1) },
    });
    program.pull();
    const begun = [...variables.values()].map((variable) => variable.clone());
    const losses = async (run: (inputs: Record<string, tf.Tensor>) => Record<string, tf.Tensor>): Promise<number[]> => {
      const found: number[] = [];
      for (let i = 0; i < 5; i++) {
        const inputs = await feeds(i);
        const outputs = run(inputs);
        found.push(outputs.classes?.dataSync()[0] ?? NaN);
        tf.dispose([inputs, outputs]);
      }
      return found;
    };
    program.push();
    const compiled = await losses((inputs) => program.run(name, inputs));
    program.pull();
    [...variables.values()].forEach((variable, i) => { variable.assign(begun[i] as tf.Tensor); }); // prettier-ignore
    const single = await losses((inputs) => eager.run(name, inputs));
    compiled.forEach((loss, i) => { expect(loss).toBeCloseTo(single[i] ?? NaN, 3); }); // prettier-ignore
    expect(new Set(compiled.map((loss) => loss.toFixed(4))).size).toBeGreaterThan(1);
    tf.dispose(begun);
    eager.dispose();
    const before = tf.memory().numTensors;
    program.push();
    const { score, metrics } = await trainer.validate();
    expect(score).toBe(metrics.accuracy);
    expect(tf.memory().numTensors).toBe(before);
    trainer.dispose();
    task.dispose();
  });

  it("has the same loss and gradients however much padding there is, whatever stands in it", () => {
    const random = new Random(5);
    const [batch, height, width, classes] = [2, 32, 32, 3];
    const network = buildClipNetwork(
      { backbone: "small", width: 1, temporal: "lstm", units: 5, dropout: 0, perFrame: true },
      classes,
      random.fork("weights"),
    );
    const numbers = (count: number, from = random): number[] => Array.from({ length: count }, () => from.int(256));
    const lengths = [3, 2];
    const pixels = lengths.map((length) => Array.from({ length }, () => numbers(height * width * 3)));
    const preprocessing = {
      canvas: { width, height },
      resize: "fit",
      fill: 0,
      mean: [128, 128, 128],
      deviation: [60, 60, 60],
    } as const;
    const lossOf = (frames: number, noise: Random) => {
      const slots = batch * frames;
      const options: ClipLossOptions = {
        ...{ network, batch, frames, classes, perFrame: true, labelSmoothing: 0.1, padded: true },
        preprocessing: { ...preprocessing, mean: [128, 128, 128], deviation: [60, 60, 60] },
        images: { stored: { width, height }, mixesColours: false },
      };
      const bytes: number[] = [];
      const mask: number[] = [];
      const targets: number[] = [];
      for (let slot = 0; slot < batch; slot++) {
        for (let t = 0; t < frames; t++) {
          const own = pixels[slot]?.[t];
          bytes.push(...(own ?? numbers(height * width * 3, noise)));
          mask.push(own ? 1 : 0);
          targets.push(...[0, 1, 2].map((k) => (own && t > 0 && k === (slot + t) % 3 ? 1 : 0)));
        }
      }
      const inputs = {
        images: tf.tensor1d(new Int32Array(Uint8Array.from(bytes).buffer), "int32"),
        transforms: tf.tensor2d(Array.from({ length: slots }, () => [1, 0, 0, 0, 1, 0, 0, 0])),
        colours: tf.tensor3d(
          Array.from({ length: slots }, () => [
            [1 / 60, 0, 0],
            [0, 1 / 60, 0],
            [0, 0, 1 / 60],
          ]),
        ),
        shift: tf.fill([slots, 3], -128 / 60),
        mask: tf.tensor2d(mask, [batch, frames]),
        targets: tf.tensor3d(targets, [batch, frames, classes]),
      };
      const { value, grads } = tf.variableGrads(() => clipLosses(inputs, options).classes as tf.Scalar);
      const sums = Object.values(grads).map((gradient) => gradient.abs().sum().dataSync()[0] ?? NaN);
      const loss = value.dataSync()[0] ?? NaN;
      tf.dispose([value, grads, inputs]);
      return { loss, sums };
    };
    const tight = lossOf(3, random);
    const wide = lossOf(6, random.fork("noise"));
    expect(wide.loss).toBeCloseTo(tight.loss, 4);
    wide.sums.forEach((sum, i) => { expect(Math.abs(sum - (tight.sums[i] ?? NaN))).toBeLessThan(2e-3 * Math.max(1, sum)); }); // prettier-ignore
    tf.dispose(network.model.weights.map((weight) => weight.read()));
  });
});

const training = (out: string) => ({
  ...({ out, batch: 2, seed: 3, epochs: 2, precision: "float32", engine: "native" } as const),
  ...({ cache: "ram", overwrite: true, tensorboard: false } as const),
});

it("a training that goes on ends with the same bits, and the model says of files what it said of records", async () => {
  const own = { size: 32, units: 6 };
  const whole = join(folder, "whole");
  const parts = join(folder, "parts");
  await trainModel("cnn-lstm", clips, own, training(whole));
  const stop = new AbortController();
  let steps = 0;
  const stopping = { progress: () => { if (++steps === 2) stop.abort(); } }; // prettier-ignore
  const stopped = await trainModel("cnn-lstm", clips, own, { ...training(parts), signal: stop.signal }, {}, stopping);
  expect(stopped.finished).toBe(false);
  const { epochs: _, ...rest } = training(parts);
  expect(await trainModel("cnn-lstm", clips, {}, { ...rest, resume: true })).toMatchObject({ finished: true });
  const weightsOf = async (run: string) =>
    [...(await readModelWeights(join(run, "last")))].map(([name, { values }]) => [name, [...values]]);
  expect(await weightsOf(parts)).toEqual(await weightsOf(whole));

  const model = await openModel(whole, { precision: "float32", engine: "native" });
  if (!(model instanceof ClipClassifier)) throw new Error("no classifier of clips");
  expect(model.description).toMatchObject({ frames: 5, sampling: "even", classes: ["right", "left"] });
  const found = await model.classifyLabelled(clips.images);
  const answers = [];
  for await (const answer of model.predictFiles([...clips.images.map(({ file }) => file), join(folder, "none")]))
    answers.push(answer);
  expect(answers.slice(0, -1).map((one) => ("error" in one ? [] : [...one.probabilities]))).toEqual(found.map(({ probabilities }) => [...probabilities])); // prettier-ignore
  const last = answers.at(-1);
  expect(last && "error" in last && last.error.message).toMatch(/none: is neither a folder, a file nor a pattern/);
  model.dispose();
});

describe("what is not a clip, or not one class", () => {
  it("is refused in a line", async () => {
    const images = clips.images.map(({ frames: _, ...image }) => image);
    await expect(prepare({ ...clips, images })).rejects.toThrow(
      "none of 9 images is a clip: a clip is a folder of frames",
    );
    const single = clips.images.map((clip) => ({ ...clip, frames: clip.frames?.slice(0, 1) ?? [] }));
    await expect(prepare({ ...clips, images: single })).rejects.toThrow("no clip has more than one frame");
    await expect(trainModel("small-cnn", clips, {}, training(join(folder, "images")))).rejects.toThrow(
      /clip0: is a clip of 3 frames, not an image; the model cnn-lstm learns clips/,
    );
  });

  it("becomes a clip for each stretch of a class, where a clip has one", () => {
    const data = clipsData(labelledFrames(), { perFrame: "no" });
    expect(data.perFrame).toBe(false);
    expect(data.dataset.images.slice(0, 2).map(({ labels, frames = [] }) => [labels, frames.length])).toEqual([[[0], 1], [[1], 1]]); // prettier-ignore
  });
});
