import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { Random } from "../../../src/base/random.ts";
import { gatherPerImage } from "../../../src/core/ops/gather.ts";
import { gridAnchors } from "../../../src/detection/boxes/anchors.ts";
import { decodeBoxes, encodeBoxes } from "../../../src/detection/boxes/boxCoder.ts";
import { matchBestAnchors, matchByThreshold, type GroundTruth } from "../../../src/detection/boxes/groundTruth.ts";
import { postProcess } from "../../../src/detection/boxes/postProcess.ts";
import { proposeBoxes } from "../../../src/detection/fasterRcnn/proposals.ts";
import { cropRois, roiAlign, roiMaxPool } from "../../../src/detection/boxes/roiPooling.ts";
import { sampleAnchors, sampleRois } from "../../../src/detection/boxes/sampling.ts";
import { compileProgram } from "../../../src/engine/graph/program.ts";
import type { NamedTensors, Step } from "../../../src/engine/graph/step.ts";
import {
  giouLoss,
  sigmoidCrossEntropy,
  sigmoidFocalLoss,
  smoothL1Loss,
  softmaxCrossEntropy,
} from "../../../src/training/losses/index.ts";
import { engines, largestDifference, randomBoxes } from "../support.ts";

const [BATCH, M, H, W, C] = [2, 4, 8, 10, 6];
const imageSize = { width: 80, height: 64 };
const shapes: [number, number][] = [[12, 12], [30, 24]]; // prettier-ignore
const anchorBoxes = gridAnchors(shapes, H, W, 8);
const N = anchorBoxes.length / 4;
const AFTER = 12;
const ROIS = 6;

/** Every part between a feature map and the losses, with gradients to the features, the scores and the deltas. */
const step: Step = {
  inputs: Object.fromEntries(
    Object.entries({
      features: [BATCH, H, W, C],
      objectness: [BATCH, N],
      deltas: [BATCH, N, 4],
      boxes: [BATCH, M, 4],
      valid: [BATCH, M],
      ignored: [BATCH, M],
      anchorNoise: [BATCH, N],
      roiNoise: [BATCH, AFTER + M],
    }).map(([name, shape]) => [name, { shape, dtype: "float32" as const }]),
  ),
  run(inputs: NamedTensors) {
    const { features, objectness, deltas, boxes, valid, ignored, anchorNoise, roiNoise } = inputs as {
      features: tf.Tensor4D;
      deltas: tf.Tensor3D;
      boxes: tf.Tensor3D;
    } & Record<"objectness" | "valid" | "ignored" | "anchorNoise" | "roiNoise", tf.Tensor2D>;
    const anchors = tf.tensor2d(anchorBoxes, [N, 4]);
    const truth: GroundTruth = { boxes, valid, ignored };
    const loss = (x: tf.Tensor, scores: tf.Tensor, moves: tf.Tensor): tf.Scalar => {
      const matched = matchBestAnchors(truth, anchors);
      const { positive, negative } = sampleAnchors(matched, anchorNoise, { count: 16, positiveFraction: 0.5 });
      const targets = encodeBoxes(gatherPerImage(boxes, matched.relu()), anchors);
      const first = sigmoidCrossEntropy(scores, positive).mul(positive.add(negative)).sum();
      const second = smoothL1Loss(moves, targets, 1 / 9)
        .sum(2)
        .mul(positive)
        .sum();

      const options = { before: 40, after: AFTER, imageSize };
      const proposals = proposeBoxes(scores as tf.Tensor2D, moves as tf.Tensor3D, anchors, options);
      const candidates = tf.concat([proposals.boxes, boxes], 1);
      const roiMatched = matchByThreshold(truth, candidates, { high: 0.5, low: 0.5, allowLowQuality: true });
      const sample = sampleRois(roiMatched, roiNoise, { count: ROIS, positiveFraction: 0.5 });
      const rois: tf.Tensor2D = gatherPerImage(candidates, sample.indices).reshape([BATCH * ROIS, 4]);
      const image = tf.tensor1d([0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1], "int32");
      const size = { outputSize: [3, 3], spatialScale: 1 / 8 } as const;
      const pooled = [
        cropRois(x as tf.Tensor4D, rois, image, size),
        roiAlign(x as tf.Tensor4D, rois, image, size),
        roiMaxPool(x as tf.Tensor4D, rois, image, size),
      ].map((values) => values.mean<tf.Tensor2D>([1, 2])); // [rois, C] each
      const summed = tf.addN<tf.Tensor2D>(pooled);
      const third = softmaxCrossEntropy(summed.slice([0, 4]), sample.positive.flatten().cast("int32")).sum();
      const object = gatherPerImage(roiMatched, sample.indices).relu().reshape<tf.Tensor2D>([BATCH, ROIS]);
      const goals = gatherPerImage(boxes, object).reshape([BATCH * ROIS, 4]);
      const fourth = giouLoss(decodeBoxes(summed.slice([0, 0], [-1, 4]), rois), goals)
        .mul(sample.valid.flatten())
        .sum();
      const fifth = sigmoidFocalLoss(scores, positive).mean();
      return tf.addN([first, second, third, fourth, fifth]).asScalar();
    };
    const inputTensors = [features, objectness, deltas];
    const { value, grads } = tf.valueAndGrads(loss)(inputTensors);
    const probabilities: tf.Tensor3D = objectness.sigmoid().slice([0, 0], [-1, 20]).reshape([BATCH, 10, 2]);
    const some = tf.tile(boxes, [1, 3, 1]).slice([0, 0, 0], [BATCH, 10, 4]);
    const found = postProcess(some, probabilities, tf.ones([BATCH, 10]));
    const [byFeatures, byObjectness, byDeltas] = grads as [tf.Tensor, tf.Tensor, tf.Tensor];
    return { outputs: { loss: value, byFeatures, byObjectness, byDeltas, ...found } };
  },
};

function feeds(): NamedTensors {
  const random = new Random("recorded");
  const normal = (...shape: number[]): tf.Tensor =>
    tf.tensor(
      Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => random.normal()),
      shape,
    );
  const uniform = (...shape: number[]): tf.Tensor =>
    tf.tensor(
      Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => random.uniform()),
      shape,
    );
  return {
    features: normal(BATCH, H, W, C),
    objectness: normal(BATCH, N),
    deltas: tf.tidy(() => normal(BATCH, N, 4).mul(0.2)),
    boxes: tf.tensor3d([randomBoxes(random, M, 40, 24), randomBoxes(random, M, 40, 24)]),
    valid: tf.tensor2d([[1, 1, 1, 0], [1, 0, 0, 0]]), // prettier-ignore
    ignored: tf.tensor2d([[0, 0, 0, 1], [0, 1, 0, 0]]), // prettier-ignore
    anchorNoise: uniform(BATCH, N),
    roiNoise: uniform(BATCH, AFTER + M),
  };
}

/** Every output of the step as numbers. */
async function run(engine: string, mode: "auto" | "eager"): Promise<Record<string, number[]>> {
  await tf.setBackend(engine);
  const program = await compileProgram({ train: step }, { variables: [], mode });
  const inputs = feeds();
  const outputs = tf.tidy(() => program.run("train", inputs));
  const numbers = Object.fromEntries(Object.entries(outputs).map(([key, tensor]) => [key, [...tensor.dataSync()]]));
  tf.dispose([inputs, outputs]);
  program.dispose();
  return numbers;
}

describe("all parts of a training step together", () => {
  it.skipIf(!engines.includes("tensorflow"))(
    "give the same recorded as one graph, op by op, and on the cpu engine",
    async () => {
      const recorded = await run("tensorflow", "auto");
      const eager = await run("tensorflow", "eager");
      const slow = await run("cpu", "eager");
      expect(Object.keys(recorded).length).toBe(8);
      expect(Math.max(...(recorded.byFeatures ?? []))).toBeGreaterThan(0.01);
      for (const [name, values] of Object.entries(recorded)) {
        expect(largestDifference(values, eager[name] ?? [])).toBeLessThan(1e-5);
        expect(largestDifference(values, slow[name] ?? [])).toBeLessThan(1e-3);
      }
    },
  );
});
