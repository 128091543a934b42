import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { afterEach, describe, expect, it } from "vitest";
import { Random } from "../../../src/base/random.ts";
import type { Size } from "../../../src/base/preprocessing.ts";
import { BACKBONE_NAMES } from "../../../src/core/backbones/names.ts";
import { packBytes } from "../../../src/core/ops/bytes.ts";
import { setPlacedObjects } from "../../../src/data/batches/boxTargets.ts";
import { emptyBatch } from "../../../src/data/batches/trainingBatch.ts";
import { levelAnchors, type AnchorLevel } from "../../../src/detection/boxes/anchors.ts";
import { anchorBlocks } from "../../../src/detection/boxes/anchorTargets.ts";
import { DEFAULT_SETTINGS, type DetectorDescription } from "../../../src/detection/fasterRcnn/description.ts";
import { lossFeeds } from "../../../src/detection/fasterRcnn/feeds.ts";
import { fasterRcnnLosses, lossInputs } from "../../../src/detection/fasterRcnn/losses.ts";
import { buildFasterRcnn, type FasterRcnn, type RpnOutputs } from "../../../src/detection/fasterRcnn/network.ts";
import { weightsOf } from "../../../src/core/namedWeights.ts";
import { predictStep } from "../../../src/detection/fasterRcnn/predictStep.ts";
import { readNetwork } from "../../../src/detection/fasterRcnn/readNetwork.ts";
import { compileProgram } from "../../../src/engine/graph/program.ts";
import { saveModelFolder } from "../../../src/training/run/modelFolder.ts";
import { sgd } from "../../../src/training/optimizers/sgd.ts";
import { trainStep } from "../../../src/training/steps.ts";
import { engines, largestDifference } from "../support.ts";

const architecture = {
  backbone: "small",
  width: 1,
  channels: 12,
  hidden: 16,
  pooled: 3,
  classSpecificBoxes: true,
} as const;
const levels: AnchorLevel[] = [
  { stride: 8, anchors: [[10, 14], [24, 18]] },
  { stride: 16, anchors: [[40, 36], [60, 90]] },
]; // prettier-ignore
const one = levels.slice(0, 1);
const canvas = { width: 168, height: 136 }; // 21 x 17 cells of stride 8, 11 x 9 of stride 16
const build = (own: AnchorLevel[]) => buildFasterRcnn(architecture, { levels: own, classes: 2 }, new Random(5));

describe("Faster R-CNN's network", () => {
  it("has the layers, weights and names that it had with its one map of stride 8", () => {
    const { model } = build(one);
    const names = weightsOf(model, true).map(({ name }) => name.replace(/_\d+$/, ""));
    const own = names.filter((name) => !name.startsWith("stage"));
    expect(own).toEqual(
      [
        ...["lateral_32", "lateral_16", "lateral_8", "neck", "rpn_conv", "head_hidden"],
        ...["rpn_objectness", "rpn_deltas", "head_classes", "head_boxes"],
      ].flatMap((name) => [`${name}/kernel`, `${name}/bias`]),
    );
    model.dispose();
  });

  it("answers for each anchor of its levels, and gives a map a level, fine to coarse", async () => {
    await tf.setBackend(engines[0] ?? "cpu");
    const { rpn, model, strides } = build(levels);
    expect(strides).toEqual([8, 16]);
    tf.tidy(() => {
      const images = tf.zeros([2, canvas.height, canvas.width, 3]);
      const [objectness, deltas, ...features] = rpn.predict(images) as RpnOutputs;
      const anchors = levelAnchors(levels, canvas).length / 4;
      expect(objectness.shape).toEqual([2, anchors]);
      expect(deltas.shape).toEqual([2, anchors, 4]);
      expect(features.map(({ shape }) => shape)).toEqual([[2, 17, 21, 12], [2, 9, 11, 12]]); // prettier-ignore
      const rois = tf.tensor2d([[1, 3, 5, 40, 30], [0, 0, 0, 160, 130], [0, 9, 8, 7, 6]]); // prettier-ignore
      const outputs = model.apply([images, rois]) as tf.Tensor[];
      expect(outputs.slice(-2).map(({ shape }) => shape)).toEqual([[3, 3], [3, 8]]); // prettier-ignore
    });
    model.dispose();
  });

  it("refuses levels that it cannot have, and says why", () => {
    const [fine, coarse] = levels as [AnchorLevel, AnchorLevel];
    const strides = /^buildFasterRcnn: levels must have strides from 4, 8, 16, 32, from fine to coarse, got /;
    expect(() => build([])).toThrow(strides);
    expect(() => build([coarse, fine])).toThrow(/got 16, 8$/);
    expect(() => build([fine, { ...coarse, stride: 64 }])).toThrow(/got 8, 64$/);
    expect(() => build([fine, { ...coarse, anchors: [[40, 36]] }])).toThrow(
      /^buildFasterRcnn: levels share the RPN, so each needs as many anchors as another, got 2, 1$/,
    );
  });
});

const preprocessing = { canvas, fill: 100, mean: [90, 100, 110], deviation: [50, 60, 70] } satisfies object;
const settings = {
  ...DEFAULT_SETTINGS,
  anchorSample: { count: 32, positiveFraction: 0.5 },
  proposals: { before: 60, after: 12, iouThreshold: 0.7, minSize: 1 },
  roiSample: { count: 8, positiveFraction: 0.5, iouThreshold: 0.5 },
};

/** A training step and a prediction step on a canvas, and two images of noise with three boxes for them. */
function stepsOn(canvas: Size, network: FasterRcnn, own: AnchorLevel[]) {
  const random = new Random("two levels");
  const weights = weightsOf(network.model, true);
  const optimizer = sgd({ momentum: 0.9 }).for(weights);
  const anchors = levelAnchors(own, canvas);
  const [objects, n] = [4, 2];
  const framed = spread({ ...preprocessing, canvas });
  const options = { network, preprocessing: framed, settings, anchors, batch: n, stored: canvas, objects };
  const phase = { name: "batch", from: 0, statistics: "batch" } as const;
  const steps = {
    train: trainStep({ losses: (inputs) => fasterRcnnLosses(inputs, options) }, lossInputs(options), {
      ...{ phase, weights, optimizer, clipNorm: 5 },
    }),
    predict: predictStep(options),
  };

  const batch = emptyBatch(n, canvas, objects, 100);
  batch.images.forEach((_, i) => (batch.images[i] = random.int(256)));
  batch.crops.set([0, 0, 1, 1, 0, 0, 1, 1]);
  batch.scale.fill(1 / 60);
  batch.shift.fill(-1.5);
  batch.files.push("a.png", "b.png");
  const [x, y] = [canvas.width / 168, canvas.height / 136];
  const box = (x1: number, y1: number, x2: number, y2: number, k: number) => ({
    box: [x1 * x, y1 * y, x2 * x, y2 * y] as [number, number, number, number],
    class: k,
  });
  setPlacedObjects(batch, 0, objects, [box(30, 40, 54, 58, 0), box(5, 3, 150, 125, 1)]);
  setPlacedObjects(batch, 1, objects, [box(100, 90, 142, 125, 1)]);
  const feeds = {
    ...lossFeeds(batch, { objects, anchors: anchorBlocks(anchors), settings, random }),
    ...{ learningRate: tf.scalar(1e-3), step: tf.scalar(1), seed: tf.scalar(0, "int32") },
  };
  const variables = [...weightsOf(network.model, false), ...optimizer.slots.map(({ variable }) => variable)];
  return { steps, feeds, images: packBytes(batch.images), variables, n };
}

describe.runIf(engines[0] === "tensorflow").each(BACKBONE_NAMES)("a Faster R-CNN on %s", (backbone) => {
  it("takes a training step and predicts on canvases that no stride goes into, and on small ones", async () => {
    await tf.setBackend("tensorflow");
    const own = [4, 8, 16, 32].map((stride): AnchorLevel => ({ stride, anchors: [[2 * stride, 3 * stride]] }));
    const options = { levels: own, classes: 2 };
    const network = buildFasterRcnn({ ...architecture, backbone, width: 0.35 }, options, new Random(5));
    for (const [width, height] of [
      [47, 33],
      [64, 32],
    ] as const) {
      // prettier-ignore
      const { steps, feeds, images, variables, n } = stepsOn({ width, height }, network, own);
      const program = await compileProgram(steps, { variables, mode: "eager" });
      const found = numbersOf(program.run("predict", { images }));
      expect(found.boxes?.length).toBe(n * settings.detections.maxDetections * 4);
      for (const [name, [value]] of Object.entries(numbersOf(program.run("train", feeds)))) {
        expect(value, name).toBeGreaterThanOrEqual(0);
        expect(value, name).toBeLessThan(1e4);
      }
      program.dispose();
      tf.dispose([feeds, images, variables.slice(weightsOf(network.model, false).length)]);
    }
    network.model.dispose();
  });
});

describe.runIf(engines[0] === "tensorflow")("a Faster R-CNN of two levels", () => {
  it("takes a training step, and predicts, recorded as eager", async () => {
    await tf.setBackend("tensorflow");
    const network = build(levels);
    const { steps, feeds, images, variables, n } = stepsOn(canvas, network, levels);
    const initial = variables.map((variable) => variable.clone());
    const results = [];
    for (const mode of ["eager", "auto"] as const) {
      variables.forEach((variable, i) => {
        variable.assign(initial[i] as tf.Tensor);
      });
      const program = await compileProgram(steps, { variables, mode });
      const found = program.run("predict", { images });
      const losses = program.run("train", feeds);
      program.pull();
      results.push({ found: numbersOf(found), losses: numbersOf(losses), weights: variables.map(copyOf) });
      program.dispose();
    }
    const [eager, recorded] = results as [(typeof results)[0], (typeof results)[0]];
    expect(Object.keys(eager.losses)).toEqual([
      "objectness",
      "anchorBoxes",
      "classes",
      "boxes",
      "loss",
      "gradientNorm",
    ]);
    for (const [name, [value = NaN]] of Object.entries(eager.losses)) {
      expect(value, name).toBeGreaterThan(0);
      expect(value, name).toBeLessThan(1e4);
      expect(Math.abs((recorded.losses[name]?.[0] ?? NaN) / value - 1), name).toBeLessThan(1e-3);
    }
    expect(recorded.found.boxes?.length).toBe(n * settings.detections.maxDetections * 4);
    expect(largestDifference(recorded.found.scores ?? [], eager.found.scores ?? [])).toBeLessThan(1e-3);
    variables.forEach(({ name }, i) => {
      expect(largestDifference(recorded.weights[i] ?? [], eager.weights[i] ?? []), name).toBeLessThan(1e-3);
      if (!/(neck|neck_16|lateral_32|rpn_deltas)\/kernel/.test(name)) return;
      expect(largestDifference(eager.weights[i] ?? [], initial[i]?.dataSync() ?? []), name).toBeGreaterThan(1e-6);
    });
    tf.dispose([feeds, images, initial]);
    network.model.dispose();
  });
});

describe("a detector's folder", () => {
  const folders: string[] = [];
  afterEach(async () => {
    for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
  });

  it.each([
    ["two levels", levels, 2],
    ["one level", one, 2],
    ["one level, as version 1 wrote it", one, 1],
  ])("with %s gives the network back", async (_, own, version) => {
    const folder = await mkdtemp(join(tmpdir(), "anchorkit-detector-"));
    folders.push(folder);
    const description: DetectorDescription = {
      format: "anchorkit-detector",
      version: 2,
      model: "faster-rcnn",
      classes: ["cat", "dog"],
      architecture,
      settings,
      preprocessing: spread(preprocessing),
      levels: own,
    };
    const network = build(own);
    await saveModelFolder(folder, {
      ...{ kind: "detection", description, network: network.model },
      averages: new Map(),
    });
    if (version === 1) {
      const { levels: _levels, ...rest } = description;
      const file = join(folder, "detector.json");
      await writeFile(file, JSON.stringify({ ...rest, version, anchors: own[0]?.anchors }));
      const model = join(folder, "model.json");
      const topology = await readFile(model, "utf8");
      expect(topology).toContain('"strides":[8]}');
      await writeFile(model, topology.replace('"strides":[8]}', '"stride":8}'));
    }
    const read = await readNetwork(folder);
    const { weights, ...written } = read.description;
    expect(written).toEqual(description);
    expect(weights === undefined).toBe(version === 1);
    expect(read.network.strides).toEqual(network.strides);
    const bytes = [network, read.network].map((each) => Buffer.concat(weightsOf(each.model, false).map(bytesOf)));
    expect(Buffer.compare(bytes[0] as Buffer, bytes[1] as Buffer)).toBe(0);
    for (const { model } of [network, read.network]) model.dispose();
  });
});

function spread({ mean, deviation, ...rest }: typeof preprocessing): DetectorDescription["preprocessing"] {
  const [r = 0, g = 0, b = 0] = mean;
  const [dr = 1, dg = 1, db = 1] = deviation;
  return { ...rest, resize: "fit", mean: [r, g, b], deviation: [dr, dg, db] };
}

function numbersOf(outputs: Record<string, tf.Tensor>): Record<string, number[]> {
  const numbers = Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, [...value.dataSync()]]));
  tf.dispose(outputs);
  return numbers;
}

function bytesOf(variable: tf.Variable): Buffer {
  return Buffer.from(copyOf(variable).buffer);
}

function copyOf(variable: tf.Variable): Float32Array {
  return Float32Array.from(variable.dataSync());
}
