import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Random } from "../../src/base/random.ts";
import type { Dataset } from "../../src/data/dataset.ts";
import { loadEngine } from "../../src/engine/load.ts";
import { openPrograms } from "../../src/engine/graph/program.ts";
import type { Callback } from "../../src/training/callbacks/callback.ts";
import { RunFolder } from "../../src/training/run/runFolder.ts";
import { train } from "../../src/training/train.ts";
import type { TrainEvents, TrainOptions, TrainResult } from "../../src/training/trainOptions.ts";
import { squaresDataset } from "../detection/sampleImages.ts";
import { all, recordsOf, textIn } from "./callbacks/tensorBoard/wireFormat.ts";
import { toyTask } from "./toyTask.ts";

const native = (await loadEngine()).name === "native";
let dataset: Dataset;
let remove: () => Promise<void>;
let folder: string;

beforeAll(async () => {
  ({ dataset, remove } = await squaresDataset({ train: 4, val: 2, test: 1 }));
  folder = await mkdtemp(join(tmpdir(), "anchorkit-train-"));
});
afterAll(async () => {
  await remove();
  await rm(folder, { recursive: true });
});

type Toy = ReturnType<typeof toyTask>;

/** Trains the toy; its images are only what a run folder describes. */
function trainToy(
  name: string,
  changes: Partial<TrainOptions> = {},
  { events = {}, data = dataset, changed = {} }: { events?: TrainEvents; data?: Dataset; changed?: Partial<Toy> } = {},
): Promise<TrainResult> {
  const options: TrainOptions = {
    ...{ out: join(folder, name), epochs: 10, batch: 16, seed: 5, engine: "native", precision: "float32", lr: 0.05 },
    ...changes,
  };
  return train(data, (_, { random }) => Promise.resolve({ ...toyTask(random), ...changed }), options, {}, events);
}

const weightsOf = (name: string, part = "last"): Promise<Buffer> => readFile(join(folder, name, part, "weights.bin"));

/** Stops a training after so many steps, as Ctrl-C does. */
async function interrupted(name: string, after: number, changes: Partial<TrainOptions> = {}): Promise<TrainResult> {
  const abort = new AbortController();
  const progress = ({ step }: { step: number }): void => {
    if (step === after) abort.abort();
  };
  return trainToy(name, { signal: abort.signal, ...changes }, { events: { progress } });
}

describe.runIf(native)("a task of some forty lines", () => {
  it("is trained, measured and saved by what trains detectors", async () => {
    const lines: string[] = [];
    const result = await trainToy("plain", { epochs: 30 }, { events: { message: (line) => lines.push(line) } });
    expect(result).toMatchObject({ steps: 120, finished: true });
    expect(result.best?.score).toBeGreaterThanOrEqual(0.85);
    expect(lines.join("\n")).toMatch(/toy, float32; ready after/);
    const run = new RunFolder(join(folder, "plain"));
    expect(await run.readConfig()).toMatchObject({
      model: "toy",
      seed: 5,
      budget: { epochs: 30 },
    });
    const metrics = await run.readMetrics();
    expect(metrics).toHaveLength(12);
    expect(metrics.at(-1)?.metrics).toHaveProperty("accuracy");
    const description: unknown = JSON.parse(await readFile(join(run.best, "classifier.json"), "utf8"));
    expect(description).toMatchObject({ model: "toy", classes: ["below", "above"] });
  });

  it("ends in the same bits after an interruption, wherever that was", async () => {
    await trainToy("whole", { reduceOnPlateau: 1 });
    for (const after of [3, 20, 33]) {
      const name = `stopped-${after}`;
      expect(await interrupted(name, after, { reduceOnPlateau: 1 })).toMatchObject({ steps: after, finished: false });
      expect(
        await trainToy(name, { resume: true, reduceOnPlateau: 1, ...{ epochs: undefined } } as never),
      ).toMatchObject({ steps: 40 });
      for (const part of ["last", "best"]) {
        expect(Buffer.compare(await weightsOf(name, part), await weightsOf("whole", part)), `${name} ${part}`).toBe(0);
      }
      const [a, b] = await Promise.all([name, "whole"].map((run) => new RunFolder(join(folder, run)).readMetrics()));
      expect(
        a?.map(({ loss, validationLoss, learningRate, metrics }) => [loss, validationLoss, learningRate, metrics]),
      ).toEqual(
        b?.map(({ loss, validationLoss, learningRate, metrics }) => [loss, validationLoss, learningRate, metrics]),
      );
    }
  });

  it("tells the loss on the validation data, of averaged weights and with moving statistics", async () => {
    const evaluated: number[] = [];
    const out = join(folder, "told");
    await train(
      dataset,
      (_, { random }) => {
        const task = toyTask(random);
        const validate: Toy["validate"] = (run) => {
          // the same by another way: what predict, which normalises with moving statistics, makes of the held-out points
          const { x, y } = task.validationLosses?.feeds(0, random) ?? {};
          const { z } = run({ x: x as tf.Tensor });
          const loss = tf.tidy(
            () => tf.losses.sigmoidCrossEntropy(y as tf.Tensor, z as tf.Tensor).dataSync()[0] ?? NaN,
          );
          evaluated.push(loss);
          tf.dispose([x, y, z]);
          return task.validate(run);
        };
        return Promise.resolve({ ...task, validate });
      },
      { out, epochs: 10, batch: 16, seed: 5, engine: "native", precision: "float32", lr: 0.05 },
    );
    const told = (await new RunFolder(out).readMetrics()).map(({ validationLoss }) => validationLoss ?? NaN);
    expect(told).toHaveLength(evaluated.length);
    told.forEach((loss, i) => {
      expect(loss).toBeCloseTo(evaluated[i] ?? NaN, 5);
    });
    expect(told.at(-1)).toBeLessThan(told[0] ?? NaN);
  });

  it("says of each validation which weights were measured, where average and raw weights are compared", async () => {
    const recipe = { average: { every: 1, keep: 0.9, compare: true } };
    await trainToy("compared", { epochs: 3 }, { changed: { recipe } });
    const lines = await new RunFolder(join(folder, "compared")).readMetrics();
    expect(lines).toHaveLength(3);
    for (const { weights, scores, score } of lines) {
      expect(scores?.[weights ?? "average"]).toBe(score);
      expect(score).toBe(Math.max(scores?.average ?? NaN, scores?.raw ?? NaN));
    }
    const [plain] = await new RunFolder(join(folder, "plain")).readMetrics();
    expect(plain).not.toHaveProperty("weights");
  });

  it("keeps checkpoints that can be opened and begun with, the latest, also when it goes on", async () => {
    const changes = { checkpointEvery: 2, keepCheckpoints: 3 };
    await interrupted("kept", 22, changes);
    const run = new RunFolder(join(folder, "kept"));
    expect((await run.checkpoints()).map(({ step }) => step)).toEqual([8, 16]);
    await trainToy("kept", { ...changes, resume: true, epochs: undefined } as never);
    const kept = await run.checkpoints();
    expect(kept.map(({ step }) => step)).toEqual([24, 32, 40]);
    expect(await weightsOf("kept", "checkpoints/step-000040")).toEqual(await weightsOf("kept"));
    const lines: string[] = [];
    const from = { weights: run.checkpoint(24), epochs: 1 };
    await trainToy("of-kept", from, { events: { message: (line) => lines.push(line) } });
    expect(lines[0]).toMatch(/step-000024: 8 of 8$/);
    await trainToy("kept", { epochs: 1, overwrite: true });
    expect(await run.checkpoints()).toEqual([]);
  });

  it("shows callbacks its weights, graph, options and pictures, and tells them how it ended", async () => {
    const seen: unknown[] = [];
    const watcher: Callback = {
      name: "watcher",
      async onBegin(view) {
        const { step, config } = view;
        seen.push(step, config.lr, view.weights().get("out/bias")?.values.length, await view.pictures());
        const nodes = all(Buffer.from(view.graph() ?? []), 1);
        seen.push(nodes.map((node) => textIn(node, 2)).includes("Tanh"));
        seen.push(nodes.map((node) => textIn(node, 1)).includes("hidden/kernel/average"));
      },
      async onValidation() {
        await Promise.resolve();
        return { stop: "seen enough" };
      },
      onEnd: (ending) => void seen.push(ending),
    };
    await trainToy("watched", { callbacks: [watcher] });
    expect(seen).toEqual([0, 0.05, 1, [], true, true, "finished"]);
    seen.length = 0;
    const failing: Callback = { name: "failing", onStep: () => { throw new Error("no more"); } }; // prettier-ignore
    await expect(trainToy("failed", { callbacks: [watcher, failing] })).rejects.toThrow("no more");
    expect(seen.at(-1)).toBe("failed");
  });

  it("writes what TensorBoard shows unless told otherwise", async () => {
    await trainToy("shown", { epochs: 3 });
    await trainToy("hidden", { epochs: 3, tensorboard: false });
    const tags = recordsOf(await readFile(new RunFolder(join(folder, "shown")).events)).flatMap((event) =>
      all(event, 5).flatMap((summary) => all(summary, 1).map((value) => textIn(value, 1))),
    );
    expect(tags).toEqual(expect.arrayContaining(["train/side", "validation/accuracy", "weights/norm/moving_mean"]));
    expect(existsSync(new RunFolder(join(folder, "hidden")).events)).toBe(false);
  });

  it("leaves no tensor and no program behind", async () => {
    await trainToy("first");
    const before = tf.memory();
    await trainToy("second");
    await interrupted("third", 7);
    await trainToy("third", { resume: true, ...{ epochs: undefined } } as never);
    await expect(trainToy("nan", { lr: 1e38, optimizer: "sgd" })).rejects.toThrow(/became/);
    expect(tf.memory().numTensors).toBe(before.numTensors);
    expect(openPrograms()).toBe(0);
  });

  it("goes on for longer where that is asked for, also after its end", async () => {
    await trainToy("long", { epochs: 5 });
    await expect(trainToy("long", { resume: true, ...{ epochs: undefined } } as never)).rejects.toThrow(/has finished/);
    expect(await trainToy("long", { resume: true, epochs: 3 })).toMatchObject({ steps: 32, finished: true });
    await expect(trainToy("long", { resume: true, ...{ epochs: undefined }, minutes: 1 } as never)).rejects.toThrow(
      "counted in epochs",
    );
  });

  it("begins with another run's weights", async () => {
    await trainToy("teacher", { epochs: 20 });
    const lines: string[] = [];
    const from = { weights: join(folder, "teacher"), epochs: 1, lr: 1e-6 };
    const { best } = await trainToy("pupil", from, { events: { message: (line) => lines.push(line) } });
    expect(lines[0]).toMatch(/weights from .*teacher.best: 8 of 8$/);
    expect(best?.score).toBeGreaterThanOrEqual(0.85);
  });

  it("begins with weights that its task has adapted, and says how", async () => {
    await trainToy("elder", { epochs: 1 });
    const lines: string[] = [];
    const events = { message: (line: string) => lines.push(line) };
    const adaptWeights: Toy["adaptWeights"] = (weights) => {
      return { weights: new Map([...weights].filter(([name]) => !name.startsWith("out/"))), says: "but for the last" };
    };
    const from = { weights: join(folder, "elder"), epochs: 1 };
    await trainToy("younger", from, { events, changed: { adaptWeights } });
    expect(lines[0]).toMatch(/: 6 of 8; from scratch: out; but for the last$/);
  });

  it("describes the best model anew when it goes on, as the data may have other category ids", async () => {
    await trainToy("described", { epochs: 5 });
    const description = { ...toyTask(new Random(1)).description, categoryIds: [7, 3] };
    const before = await weightsOf("described", "best");
    await trainToy("described", { resume: true, epochs: 1, lr: 1e-9 }, { changed: { description } });
    for (const part of ["best", "last"]) {
      const saved = await readFile(join(folder, "described", part, "classifier.json"), "utf8");
      expect(JSON.parse(saved), part).toMatchObject({
        categoryIds: [7, 3],
        weights: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
      });
    }
    expect((await weightsOf("described", "best")).length).toBe(before.length);
  });

  it("compares classes with config.json where splits.json, of an old run, does not say them", async () => {
    await interrupted("old", 2);
    const { splits } = new RunFolder(join(folder, "old"));
    const { classes: _, ...rest } = JSON.parse(await readFile(splits, "utf8")) as Record<string, unknown>;
    await writeFile(splits, JSON.stringify(rest));
    await expect(trainToy("old", { resume: true, epochs: 1 })).rejects.toThrow(
      "its classes were below, above, and are bright, dark (new: bright, dark; gone: below, above)",
    );
  });

  it("ends early without a better score, and says so", async () => {
    const lines: string[] = [];
    const events = { message: (line: string) => lines.push(line) };
    const result = await trainToy("patient", { epochs: 100, lr: 1e-9, patience: 2 }, { events });
    expect(result).toMatchObject({ finished: true });
    expect(result.steps).toBeLessThan(150);
    expect(lines.at(-1)).toMatch(/^stopping here: the last 2 validations were no better than the best before/);
  });

  it("is refused with other data, and says what differs", async () => {
    await interrupted("data", 2);
    const again = (data: Dataset): Promise<TrainResult> =>
      trainToy("data", { resume: true, ...{ epochs: undefined } } as never, { data });
    const [first, ...others] = dataset.images;
    if (!first) throw new Error("no image");
    await expect(again({ ...dataset, images: others })).rejects.toThrow(/1 image missing \(train-0\.png\)/);
    await expect(again({ ...dataset, classes: ["bright", "grey"] })).rejects.toThrow(
      /its classes were bright, dark, and are bright, grey/,
    );
    const moved = { ...first, objects: first.objects.map((object) => ({ ...object, box: [1, 2, 30, 40] as never })) };
    await expect(again({ ...dataset, images: [moved, ...others] })).rejects.toThrow(/1 image with other labels/);
    expect(await new RunFolder(join(folder, "data")).readMetrics()).toEqual([]);
    // the same data in another order is the same data
    const swapped = {
      classes: ["dark", "bright"],
      images: dataset.images.map((image) => ({
        ...image,
        objects: image.objects.map((object) => ({ ...object, class: 1 - object.class })),
      })),
    };
    expect(await again({ ...swapped, images: [...swapped.images].reverse() })).toMatchObject({ steps: 40 });
  });

  it("does not begin with a damaged image, and leaves no folder behind", async () => {
    const file = join(folder, "broken.png");
    await writeFile(file, (await readFile(dataset.images[0]?.file ?? "")).subarray(0, 300));
    const images = dataset.images.map((image) => (image.split === "val" ? { ...image, file } : image));
    await expect(trainToy("broken", {}, { data: { ...dataset, images } })).rejects.toThrow(/broken\.png: /);
    expect(existsSync(join(folder, "broken"))).toBe(false);
  });

  it("says so where the time was over before the first step", async () => {
    const short = { epochs: undefined, minutes: 1e-6 } as never;
    await expect(trainToy("short", short)).rejects.toThrow(/minutes were over before the first step/);
    expect(existsSync(join(folder, "short"))).toBe(false);
  });

  it("keeps a second training out of its folder", async () => {
    let second: Promise<unknown> | undefined;
    const progress = (): void => {
      second ??= trainToy("held").catch((error: unknown) => error);
    };
    await trainToy("held", {}, { events: { progress } });
    expect(await second).toHaveProperty("message", expect.stringMatching(/another training is writing to it/));
  });
});
