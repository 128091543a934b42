import * as tf from "@tensorflow/tfjs";
import type { Preprocessing } from "../../base/preprocessing.ts";
import { countingSamples } from "../../core/layers/batchNorm.ts";
import type { ClipTargets } from "../../data/batches/clipBatches.ts";
import type { WarpedBatch } from "../../data/batches/warpedBatch.ts";
import type { NamedTensors, TensorSpec } from "../../engine/graph/step.ts";
import { smoothed } from "../../training/losses/loss.ts";
import { warpedFeeds, warpedImages, warpedInputs, type WarpedShape } from "../../training/warpedInputs.ts";
import type { ClipNetwork } from "./network.ts";

/** Frames of a batch as their features, where a backbone that does not learn took them before. */
export interface FeatureBatch {
  /** [batch * frames, features] */
  features: Float32Array;
}

/** What a training step is fed. */
export type ClipBatch = ClipTargets & (WarpedBatch | FeatureBatch);

export interface ClipLossOptions {
  network: ClipNetwork;
  preprocessing: Preprocessing;
  /** Clips in a step, and frames of each. */
  batch: number;
  frames: number;
  classes: number;
  perFrame: boolean;
  labelSmoothing: number;
  /** There are clips with fewer frames. */
  padded: boolean;
  /** How images are fed; undefined where features are. */
  images: Omit<WarpedShape, "batch"> | undefined;
}

/** Names and shapes of what the losses are computed from. */
export function lossInputs(options: ClipLossOptions): Record<string, TensorSpec> {
  const { network, batch, frames, classes, perFrame, images } = options;
  const floats = (...shape: number[]): TensorSpec => ({ shape, dtype: "float32" });
  return {
    ...(images
      ? warpedInputs({ ...images, batch: batch * frames })
      : { features: floats(batch * frames, network.features) }),
    mask: floats(batch, frames),
    targets: perFrame ? floats(batch, frames, classes) : floats(batch, classes),
  };
}

/** The tensors of a batch; the caller disposes of them. */
export function lossFeeds(made: ClipBatch, options: ClipLossOptions): NamedTensors {
  const { network, batch, frames, classes, perFrame } = options;
  return {
    ...("features" in made
      ? { features: tf.tensor2d(made.features, [batch * frames, network.features]) }
      : warpedFeeds(made)),
    mask: tf.tensor2d(made.mask, [batch, frames]),
    targets: tf.tensor(made.targets, perFrame ? [batch, frames, classes] : [batch, classes]),
  };
}

/** Cross-entropy: the mean over the clips, or over the frames that have a class; padding is neither seen nor counted. */
export function clipLosses(inputs: NamedTensors, options: ClipLossOptions): Record<string, tf.Scalar> {
  const { network, classes, labelSmoothing, batch, frames } = options;
  const mask = inputs.mask as tf.Tensor2D;
  const features = featuresOf(inputs, options).reshape<tf.Tensor3D>([batch, frames, network.features]);
  const logits = network.join(features, mask, true);
  const targets = inputs.targets as tf.Tensor;
  const known = targets.sum(-1, true); // 1 where there is a class
  const wanted = smoothed(targets, labelSmoothing, classes).mul(known);
  const loss = wanted.mul(tf.logSoftmax(logits)).sum().neg().div(tf.maximum(known.sum(), 1));
  return { classes: loss.asScalar() };
}

/** [batch * frames, features] */
function featuresOf(inputs: NamedTensors, options: ClipLossOptions): tf.Tensor2D {
  const { network, preprocessing, batch, frames, images, padded } = options;
  if (!images) return inputs.features as tf.Tensor2D;
  const pixels = warpedImages(inputs, { ...images, batch: batch * frames }, preprocessing);
  const look = (): tf.Tensor2D => network.look(pixels, true);
  return padded ? countingSamples((inputs.mask as tf.Tensor2D).reshape([batch * frames]), look) : look();
}
