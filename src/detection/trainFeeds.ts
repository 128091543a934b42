import * as tf from "@tensorflow/tfjs";
import type { Random } from "../base/random.ts";
import type { BatchSource, TrainingBatch } from "../data/trainingBatches.ts";
import type { NamedTensors } from "../engine/step.ts";

export interface FeedOptions {
  source: BatchSource;
  /** Anchors of an image, and RoIs that are sampled from. */
  anchors: number;
  rois: number;
  noise: Random;
  learningRate: number;
  /** From 1. */
  step: number;
}

/** The tensors that a training step is fed; see trainStepInputs. The caller disposes of them. */
export function trainFeeds(batch: TrainingBatch, options: FeedOptions): NamedTensors {
  const n = batch.files.length;
  const m = options.source.objects;
  const uniform = (count: number): tf.Tensor2D =>
    tf.tensor2d(
      Float32Array.from({ length: n * count }, () => options.noise.uniform()),
      [n, count],
    );
  return {
    ...imageFeeds(batch, options.source),
    boxes: tf.tensor3d(batch.boxes, [n, m, 4]),
    classes: tf.tensor2d(batch.classes, [n, m], "int32"),
    valid: tf.tensor2d(batch.valid, [n, m]),
    ignored: tf.tensor2d(batch.ignored, [n, m]),
    anchorNoise: uniform(options.anchors),
    roiNoise: uniform(options.rois),
    learningRate: tf.scalar(options.learningRate),
    step: tf.scalar(options.step),
  };
}

/** The images alone, as a calibration step is fed. */
export function imageFeeds(batch: TrainingBatch, { stored }: BatchSource): NamedTensors {
  const n = batch.files.length;
  return {
    images: tf.tensor4d(batch.images, [n, stored.height, stored.width, 3], "int32"),
    crops: tf.tensor2d(batch.crops, [n, 4]),
    scale: tf.tensor2d(batch.scale, [n, 3]),
    shift: tf.tensor2d(batch.shift, [n, 3]),
  };
}
