import * as tf from "@tensorflow/tfjs";
import type { Random } from "../../base/random.ts";
import type { TrainingBatch } from "../../data/batches/trainingBatch.ts";
import type { BatchSource } from "../../data/batches/trainingBatches.ts";
import { packBytes } from "../../core/ops/bytes.ts";
import type { NamedTensors } from "../../engine/graph/step.ts";
import {
  drawAnchorsOfImage,
  matchAnchorsByThreshold,
  matchAnchorsOfImage,
  type AnchorBlocks,
} from "../boxes/anchorTargets.ts";
import type { Settings } from "./description.ts";

export interface FeedOptions {
  source: BatchSource;
  anchors: AnchorBlocks;
  settings: Settings;
  random: Random;
  learningRate: number;
  /** From 1. */
  step: number;
}

/**
 * The tensors that a training step is fed; see trainStepInputs. The caller disposes of them. Which anchors train, and
 * for which object, depends on labels alone: it is decided here, which takes a tenth of its time in the graph.
 */
export function trainFeeds(batch: TrainingBatch, options: FeedOptions): NamedTensors {
  const { random, settings } = options;
  const n = batch.files.length;
  const m = options.source.objects;
  const rois = settings.proposals.after + m;
  return {
    ...imageFeeds(batch),
    ...anchorFeeds(batch, options),
    boxes: tf.tensor3d(batch.boxes, [n, m, 4]),
    classes: tf.tensor2d(batch.classes, [n, m], "int32"),
    valid: tf.tensor2d(batch.valid, [n, m]),
    ignored: tf.tensor2d(batch.ignored, [n, m]),
    roiNoise: tf.tensor2d(
      Float32Array.from({ length: n * rois }, () => random.uniform()),
      [n, rois],
    ),
    learningRate: tf.scalar(options.learningRate),
    step: tf.scalar(options.step),
  };
}

function anchorFeeds(batch: TrainingBatch, { anchors, settings, random, source }: FeedOptions): NamedTensors {
  const n = batch.files.length;
  const m = source.objects;
  const count = anchors.anchors.length / 4;
  const matched = new Int32Array(n * count);
  const [positive, negative] = [new Float32Array(n * count), new Float32Array(n * count)];
  for (let image = 0; image < n; image++) {
    const truth = {
      boxes: batch.boxes.subarray(image * m * 4, (image + 1) * m * 4),
      valid: batch.valid.subarray(image * m, (image + 1) * m),
      ignored: batch.ignored.subarray(image * m, (image + 1) * m),
    };
    const [from, to] = [image * count, (image + 1) * count];
    const own = matched.subarray(from, to);
    if (settings.assignment === "best") matchAnchorsOfImage(truth, anchors, own);
    else matchAnchorsByThreshold(truth, anchors, own, { high: 0.7, low: 0.3 });
    drawAnchorsOfImage(own, random, positive.subarray(from, to), negative.subarray(from, to), settings.anchorSample);
  }
  return {
    matched: tf.tensor2d(matched, [n, count], "int32"),
    positive: tf.tensor2d(positive, [n, count]),
    negative: tf.tensor2d(negative, [n, count]),
  };
}

/** The images alone, as a calibration step is fed. */
export function imageFeeds(batch: TrainingBatch): NamedTensors {
  const n = batch.files.length;
  return {
    images: packBytes(batch.images),
    crops: tf.tensor2d(batch.crops, [n, 4]),
    scale: tf.tensor2d(batch.scale, [n, 3]),
    shift: tf.tensor2d(batch.shift, [n, 3]),
  };
}
