import { mkdtemp, readFile, rm, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { Random } from "../../../src/base/random.ts";
import { AugmentThreads } from "../../../src/data/augment/augmentThreads.ts";
import type { Dataset } from "../../../src/data/dataset.ts";
import { noCache } from "../../../src/data/images/imageCache.ts";
import { limiter } from "../../../src/data/parallel.ts";
import { Detector } from "../../../src/detection/detector.ts";
import type { DetectorDescription } from "../../../src/detection/fasterRcnn/description.ts";
import { fasterRcnnTask } from "../../../src/detection/fasterRcnn/fasterRcnnTask.ts";
import { FasterRcnnOptions } from "../../../src/detection/fasterRcnn/options.ts";
import { trainDetector, type TrainDetectorOptions } from "../../../src/detection/trainDetector.ts";
import { loadEngine } from "../../../src/engine/load.ts";
import { compileProgram, openPrograms } from "../../../src/engine/graph/program.ts";
import type { Recipe } from "../../../src/training/recipe.ts";
import { stepFeeds, Trainer } from "../../../src/training/trainer.ts";
import { stepName } from "../../../src/training/trainingProgram.ts";
import { squaresDataset } from "../sampleImages.ts";

let dataset: Dataset;
let remove: () => Promise<void>;
let out: string;
const native = (await loadEngine()).name === "native";

beforeAll(async () => {
  ({ dataset, remove } = await squaresDataset({ train: 6, val: 2, test: 2 }));
  out = await mkdtemp(join(tmpdir(), "anchorkit-run-"));
});

afterEach(() => {
  expect(openPrograms()).toBe(0);
});

afterAll(async () => {
  await remove();
  await rm(out, { recursive: true });
});

const options = (changes: Partial<TrainDetectorOptions> = {}): TrainDetectorOptions => ({
  out,
  size: 96,
  batch: 2,
  seed: 3,
  optimizer: "adamw",
  flip: "horizontal",
  precision: "float32",
  engine: "native",
  tensorboard: false,
  ...changes,
});

function prepare(data: Dataset, own: Partial<FasterRcnnOptions> = {}) {
  const loading = { cache: noCache, decoding: limiter(4), threads: new AugmentThreads() };
  const context = { loading, random: new Random(3), resumes: false };
  return fasterRcnnTask(data, { ...FasterRcnnOptions.parse({ size: 96, ...own }), batch: 2 }, context);
}

it("refuses what has no boxes to learn, and says what it has", async () => {
  const without = (labels?: number[]): Dataset => ({
    ...dataset,
    images: dataset.images.map((image) => ({ ...image, objects: [], ...(labels && { labels }) })),
  });
  await expect(prepare(without())).rejects.toThrow(
    /^none of 6 images of the split "train" has a box to learn: they are all backgrounds$/,
  );
  await expect(prepare(without([0]))).rejects.toThrow(/: its labels are classes of whole images, for/);
});

it("takes the anchors that it is told, and says when objects are too small for the input", async () => {
  const wide: Dataset = {
    ...dataset,
    images: dataset.images.map((image, i) => ({ ...image, objects: [{ box: [0, 0, 40 + 3 * i, 10], class: 0 }] })),
  };
  const chosen = async (own: Partial<FasterRcnnOptions>) => {
    const task = await prepare(wide, own);
    task.dispose();
    return { levels: (task.description as DetectorDescription).levels, notes: task.notes };
  };
  const sidesOf = ({ levels }: Awaited<ReturnType<typeof chosen>>) => levels.flatMap(({ anchors }) => anchors);

  const told = await chosen({ anchors: "12x20,30x16.5" });
  expect(told).toEqual({ levels: [{ stride: 8, anchors: [[12, 20], [30, 16.5]] }], notes: undefined }); // prettier-ignore
  const squares = sidesOf(await chosen({}));
  expect(squares).toHaveLength(5);
  for (const [width, height] of squares) expect(width).toBeCloseTo(height);
  const found = sidesOf(await chosen({ anchors: "3" }));
  expect(found).toHaveLength(3);
  for (const [width, height] of found) expect(width).toBeGreaterThan(3 * height);
  expect((await chosen({ size: 64 })).notes).toEqual([
    "100 % of the objects have a side of less than 8 pixels in the network's input, too few to be found reliably; " +
      "at size 320 it would be 0 %",
  ]);
  expect(FasterRcnnOptions.safeParse({ anchors: "5x" }).error?.issues[0]?.message).toBe(
    "must be a number of shapes up to 32, or shapes such as 24x24,48x32",
  );
});

it("refuses options that there are not", async () => {
  const misspelt = { ...options(), precison: "float32" } as TrainDetectorOptions;
  await expect(trainDetector(dataset, misspelt)).rejects.toThrow(
    "trainDetector: unknown option precison; did you mean precision?",
  );
});

describe.runIf(native)("a detector's training program", () => {
  const trainerOf = async (recipe: Partial<Recipe>, own?: Partial<FasterRcnnOptions>) => {
    const task = await prepare(dataset, own);
    const random = new Random(9);
    const trainer = await Trainer.make(task, { recipe, precision: "float32", fast: "float32", random });
    return { task, trainer, random };
  };

  it.each([
    ["adamw", "small", "batch"],
    ["sgd", "mobilenet-v2", "frozen"],
  ] as const)(
    "gives the same losses, gradients and weights recorded as eager over five steps: %s, %s, %s statistics",
    async (optimizer, backbone, phase) => {
      const own = backbone === "small" ? {} : ({ backbone, width: 0.35 } as const);
      const { task, trainer, random } = await trainerOf({ optimizer }, own);
      const step = stepName(phase, "images");
      const learningRate = optimizer === "adamw" ? 1e-3 : 1e-4;
      const { program, steps } = trainer.compiled;
      const variables = [...trainer.compiled.variables.values()];
      const eager = await compileProgram(steps, { variables, mode: "eager" });
      const afterEachStep: Record<"recorded" | "eager", { losses: number[]; values: Float32Array[] }[]> = {
        recorded: [],
        eager: [],
      };
      const initial = variables.map(copyOf);
      // The session holds its own copy of the variables, so the eager steps on the tf.Variables come first.
      for (const [kind, running] of [
        ["eager", eager],
        ["recorded", program],
      ] as const) {
        // prettier-ignore
        for (let i = 0; i < 5; i++) {
          const feeds = stepFeeds(task, await task.batches.batch(i), { step: i, random, update: { number: i + 1, learningRate } });
          const losses = numbersOf(running.run(step, feeds));
          if (kind === "recorded") program.pull();
          afterEachStep[kind].push({ losses, values: variables.map(copyOf) });
          tf.dispose(feeds);
        }
      }
      eager.dispose();
      trainer.dispose();
      task.dispose();
      afterEachStep.recorded.forEach(({ losses }, i) => {
        // Later steps choose their RoIs by scores whose last digits differ.
        expect(distance(losses, afterEachStep.eager[i]?.losses ?? [])).toBeLessThan(i === 0 ? 2e-3 : 5e-2);
      });
      const names = [...trainer.compiled.variables.keys()];
      // After the first step the optimizer's first moments are the gradients, but for a factor.
      names.forEach((name, k) => {
        if (!/momentum|adam_m/.test(name)) return;
        const [recorded, expected] = [afterEachStep.recorded[0]?.values[k], afterEachStep.eager[0]?.values[k]];
        expect(distance(recorded ?? [], expected ?? [1]), name).toBeLessThan(5e-3);
      });
      // After the last, the weights differ by little of the way that they went.
      let [difference, way] = [0, 0];
      names.forEach((name, k) => {
        if (/momentum|adam|average/.test(name)) return;
        const [recorded, expected] = [afterEachStep.recorded[4]?.values[k], afterEachStep.eager[4]?.values[k]];
        difference += squaredDistance(recorded, expected);
        way += squaredDistance(initial[k], expected);
      });
      expect(Math.sqrt(way)).toBeGreaterThan(1e-4);
      expect(Math.sqrt(difference / way)).toBeLessThan(0.05);
    },
  );

  it("keeps the number of tensors, and the memory, over 30 steps, and leaves none", async () => {
    const start = tf.memory().numTensors;
    const { task, trainer } = await trainerOf({});
    const run = async (from: number, count: number): Promise<void> => {
      for (let i = from; i < from + count; i++) {
        await trainer.train(await task.batches.batch(i), { step: i, progress: 0.1, learningRate: 1e-4 });
      }
    };
    await run(0, 15);
    const before = { tensors: tf.memory().numTensors, resident: process.memoryUsage().rss };
    await run(15, 30);
    expect(tf.memory().numTensors).toBe(before.tensors);
    expect(process.memoryUsage().rss - before.resident).toBeLessThan(48 * 2 ** 20);
    trainer.dispose();
    task.dispose();
    expect(tf.memory().numTensors).toBe(start);
  });
});

describe.runIf(native)("trainDetector", () => {
  it("leaves a run folder from which a detector loads and predicts, and which resumes", async () => {
    const folder = join(out, "run");
    const abort = new AbortController();
    const stopped = await trainDetector(dataset, options({ out: folder, epochs: 2, signal: abort.signal }), {
      progress: ({ step }) => {
        if (step === 4) abort.abort();
      },
    });
    expect(stopped).toMatchObject({ steps: 4, finished: false });
    const resumed = await trainDetector(dataset, options({ out: folder, resume: true }));
    expect(resumed).toMatchObject({ steps: 6, finished: true });
    await expect(trainDetector(dataset, options({ out: folder, resume: true }))).rejects.toThrow("finished");
    const lines = (await readFile(join(folder, "metrics.jsonl"), "utf8")).trim().split("\n");
    expect(lines).toHaveLength(3); // two epochs and the stop
    expect(JSON.parse(lines[0] ?? "")).toHaveProperty("metrics.AP50");

    const detector = await Detector.load(folder, { batch: 2 });
    const files = dataset.images.slice(0, 3).map((image) => image.file);
    const found = [];
    for await (const prediction of detector.predictFiles([...files, "missing.png"])) found.push(prediction);
    expect(found.map((prediction) => prediction.file)).toEqual([...files, "missing.png"]);
    expect(found[3]).toHaveProperty("error.message", "missing.png: no such file");
    const [first] = found;
    if (!first || "error" in first) throw new Error("the first image was not read");
    expect(first).toMatchObject({ size: { width: 96, height: 64 } });
    expect(first.detections.boxes.length).toBe(4 * first.detections.scores.length);
    expect([...first.detections.scores]).toEqual([...first.detections.scores].sort((x, y) => y - x));
    detector.dispose();

    await truncate(join(folder, "best", "weights.bin"), 1000);
    await expect(Detector.load(folder)).rejects.toThrow("weights.bin: 1000 bytes");
  });

  it("trains with the classic assignment and a box for each class", async () => {
    const folder = join(out, "classic");
    const losses: number[] = [];
    const changes = { classSpecificBoxes: true, assignment: "threshold" } as const;
    await trainDetector(dataset, options({ ...changes, out: folder, epochs: 4, lr: 0.01 }), {
      progress: ({ loss }) => losses.push(loss),
    });
    const mean = (some: number[]): number => some.reduce((sum, one) => sum + one, 0) / some.length;
    expect(mean(losses.slice(-3))).toBeLessThan(mean(losses.slice(0, 3)) * 0.95);
    const detector = await Detector.load(folder, { batch: 1 });
    expect(detector.description).toMatchObject({
      architecture: { classSpecificBoxes: true },
      settings: { assignment: "threshold" },
    });
    const summary: string[] = [];
    detector.summary((line) => summary.push(line));
    expect(summary.join("\n")).toContain("head_boxes (Dense)");
    for await (const found of detector.predictFiles([dataset.images[0]?.file ?? ""])) {
      if ("error" in found) throw found.error;
      for (const x of found.detections.boxes) expect(x).toBeLessThanOrEqual(96);
      expect(found.detections.scores.length).toBeGreaterThan(0);
    }
    detector.dispose();
  });

  it("stops with the step, the images and the likely cause when a loss is no number", async () => {
    const broken = trainDetector(dataset, options({ out: join(out, "nan"), epochs: 30, lr: 1e30 }));
    await expect(broken).rejects.toThrow(/^step \d+: the loss "\w+" became .* on .*train-\d\.png.*learning rate/);
  });

  it("says which split is empty", async () => {
    const images = dataset.images.filter((image) => image.split !== "val");
    await expect(trainDetector({ ...dataset, images }, options())).rejects.toThrow('no image is in the split "val"');
  });
});

function numbersOf(outputs: Record<string, tf.Tensor>): number[] {
  const numbers = Object.values(outputs).map((output) => output.dataSync()[0] ?? NaN);
  tf.dispose(outputs);
  return numbers;
}

function copyOf(variable: tf.Variable): Float32Array {
  return variable.dataSync<"float32">().slice();
}

function squaredDistance(a: Float32Array | undefined, b: Float32Array | undefined): number {
  if (a?.length !== b?.length) return NaN;
  return a?.reduce((sum, value, i) => sum + (value - (b?.[i] ?? NaN)) ** 2, 0) ?? NaN;
}

/** Largest difference, in units of the largest expected value. */
function distance(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let [difference, scale] = [0, 1e-5];
  for (let i = 0; i < expected.length; i++) {
    difference = Math.max(difference, Math.abs((actual[i] ?? NaN) - (expected[i] ?? NaN)));
    scale = Math.max(scale, Math.abs(expected[i] ?? NaN));
  }
  return difference / scale;
}
