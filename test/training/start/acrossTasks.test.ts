import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { weightValues } from "../../../src/core/namedWeights.ts";
import { Random } from "../../../src/base/random.ts";
import { AugmentThreads } from "../../../src/data/augment/augmentThreads.ts";
import type { Dataset } from "../../../src/data/dataset.ts";
import { noCache } from "../../../src/data/images/imageCache.ts";
import { limiter } from "../../../src/data/parallel.ts";
import { openPrograms } from "../../../src/engine/graph/program.ts";
import { loadEngine } from "../../../src/engine/load.ts";
import { MODELS, trainModel } from "../../../src/models.ts";
import { readModelWeights } from "../../../src/training/run/modelFolder.ts";
import { maskedSquares } from "../../segmentation/sampleMasks.ts";

await loadEngine();
let out: string;
let squares: Dataset;
let remove: () => Promise<void>;

beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), "anchorkit-tasks-"));
  ({ dataset: squares, remove } = await maskedSquares({ train: 4, val: 2, test: 1 }));
  // at a rate of nothing, weights stay what they began as
  await train("small-cnn", "classifier", { size: 32, targets: "objects" });
});
afterAll(async () => {
  expect(openPrograms()).toBe(0);
  await remove();
  await rm(out, { recursive: true });
});

const SIZES = { size: 64 };

async function train(model: string, run: string, own: Readonly<Record<string, unknown>>, weights?: string) {
  const lines: string[] = [];
  const options = {
    ...({ out: join(out, run), batch: 2, seed: 3, epochs: 1, precision: "float32", engine: "native" } as const),
    ...({ cache: "ram", tensorboard: false, lr: 1e-12, weightDecay: 0 } as const),
    ...(weights !== undefined && { weights: join(out, weights) }),
  };
  await trainModel(model, squares, own, options, {}, { message: (line) => lines.push(line) });
  const config = JSON.parse(await readFile(join(out, run, "config.json"), "utf8")) as Record<string, unknown>;
  return { lines, config, weights: await readModelWeights(join(out, run, "last")) };
}

/** The largest difference between kernels of two runs that both have, and how many there are. */
function apart(
  one: ReadonlyMap<string, { values: Float32Array }>,
  other: ReadonlyMap<string, { values: Float32Array }>,
  of = /^stage.*(kernel|gamma|beta)$/,
) {
  const both = [...one.keys()].filter((name) => of.test(name) && other.has(name));
  const differences = both.map((name) => {
    const values = other.get(name)?.values ?? [];
    return (one.get(name)?.values ?? new Float32Array()).reduce((most, value, i) => Math.max(most, Math.abs(value - (values[i] ?? NaN))), 0); // prettier-ignore
  });
  return { count: both.length, most: Math.max(...differences) };
}
const STAGES = 17 * 3; // convolutions, each with a factor and a summand of its normalisation

it("a classifier's run starts a detector, and that one a segmenter and a classifier: layers are matched by name", async () => {
  const classifier = await readModelWeights(join(out, "classifier", "last"));
  const detector = await train("faster-rcnn", "detector", SIZES, "classifier");
  expect(apart(classifier, detector.weights)).toEqual({ count: STAGES, most: expect.closeTo(0, 6) as number });
  const said = detector.lines.find((line) => line.startsWith("weights from"));
  expect(said).toMatch(
    /^weights from .*classifier.best: 85 of 105; from scratch: lateral_32, lateral_16, lateral_8, neck, rpn_conv and 5 more layers; left out: classes$/,
  );
  expect(detector.lines.filter((line) => line.includes("classifier"))).toEqual([said]); // once
  expect(detector.config).toMatchObject({
    ...{ backbone: "small", begunWith: "backbone" },
    matchedWeights: { unfit: [], unused: ["classes/kernel", "classes/bias"] },
  });

  const segmenter = await train("fcn8", "segmenter", { size: 32 }, "detector");
  expect(apart(detector.weights, segmenter.weights)).toEqual({ count: STAGES, most: expect.closeTo(0, 6) as number });
  const again = await train("small-cnn", "again", { size: 32, targets: "objects" }, "segmenter");
  expect(apart(classifier, again.weights)).toEqual({ count: STAGES, most: expect.closeTo(0, 6) as number });
});

it("of the same task, everything goes on, with what is given in place of what the run has", async () => {
  const given = { size: 96, anchors: "20x20,30x30,40x40" };
  const before = await readModelWeights(join(out, "detector", "last"));
  const { config, lines, weights } = await train("faster-rcnn", "larger", given, "detector");
  expect(config).toMatchObject({ canvas: { width: 96 }, backbone: "small", begunWith: "weights" });
  expect(lines.find((line) => line.startsWith("weights from"))).toMatch(
    /: 101 of 105; of another shape, so from scratch: rpn_objectness, rpn_deltas$/,
  );
  expect(apart(before, weights, /^(neck|head_hidden|head_boxes)\/kernel/).most).toBeCloseTo(0, 6);
});

it("pretrained takes the backbone of a run alone, and leaves all else to the data", async () => {
  const detector = await readModelWeights(join(out, "detector", "last"));
  const own = { ...SIZES, pretrained: join(out, "detector") };
  const { config, lines, weights } = await train("faster-rcnn", "backbone", own);
  expect(apart(detector, weights)).toEqual({ count: STAGES, most: expect.closeTo(0, 6) as number });
  expect(config).toMatchObject({ begunWith: "backbone", pretrained: join(out, "detector") });
  expect(lines.find((line) => line.startsWith("backbone from"))).toMatch(/: 85 of 85$/);
});

it("where nothing fits, or another backbone was meant, that is an error", async () => {
  await expect(train("unet", "own", { size: 32, filters: 4, depth: 2 })).resolves.toBeDefined();
  await expect(train("faster-rcnn", "none", SIZES, "own")).rejects.toThrow(
    /own.best: none of its weights fits the network that is to be trained \(0 of 105; .*; choose a model or backbone/,
  );
  await expect(train("faster-rcnn", "none", { ...SIZES, pretrained: join(out, "own") })).rejects.toThrow(
    "own: its network has no backbone that others could have, too",
  );
  await expect(train("mobilenet-v2", "none", { size: 32, targets: "objects" }, "classifier")).rejects.toThrow(
    "the weights to begin with are of small: choose a model with that backbone, and not mobilenet-v2",
  );
});

it("pixels are scaled as those were that the backbone was trained on", async () => {
  const family = MODELS["faster-rcnn"];
  const loading = { cache: noCache, decoding: limiter(4), threads: new AugmentThreads() };
  const mean = [1, 2, 3] as [number, number, number];
  const start = {
    backbone: "small" as const,
    width: 1,
    scaling: { mean, deviation: mean },
    start: "backbone" as const,
    give: () => undefined,
  };
  const context = { loading, random: new Random(3), resumes: false, start };
  const task = await family?.prepare(squares, { ...family.options.parse(SIZES), batch: 2 }, context);
  expect(task?.description).toMatchObject({ preprocessing: { mean, deviation: mean } });
  expect(task && weightValues(task.network).size).toBe(105);
  expect(task?.built.begunWith).toBe("backbone");
  task?.dispose();
});

it("a training that goes on has the phases of its start, and takes nothing but its own weights", async () => {
  const family = MODELS["faster-rcnn"];
  const loading = { cache: noCache, decoding: limiter(4), threads: new AugmentThreads() };
  const phasesOf = async (begun: { begunWith?: "backbone" }): Promise<string[] | undefined> => {
    const context = { loading, random: new Random(3), model: join(out, "detector", "last"), resumes: true, ...begun };
    const own = family?.options.parse({ ...SIZES, pretrained: "gone.h5" });
    const task = await family?.prepare(squares, { ...own, batch: 2 }, context);
    task?.dispose();
    return task?.recipe?.phases?.map(({ name, from }) => `${name} ${from}`);
  };
  expect(await phasesOf({ begunWith: "backbone" })).toEqual(["frozen 0"]);
});
