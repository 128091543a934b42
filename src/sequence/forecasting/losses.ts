import * as tf from "@tensorflow/tfjs";
import type { NamedTensors, TensorSpec } from "../../engine/graph/step.ts";
import { smoothL1Loss } from "../../training/losses/elementwise.ts";
import type { WindowBatch } from "../../data/batches/windowBatches.ts";
import type { ForecasterNetwork } from "./network.ts";

export interface ForecasterLossOptions {
  network: ForecasterNetwork;
  /** Windows in a step, their rows and numbers a row, and what is told of each. */
  batch: number;
  window: number;
  features: number;
  outputs: number;
}

/** Names and shapes of what a training step is fed. */
export function lossInputs({
  batch,
  window,
  features,
  outputs,
}: Omit<ForecasterLossOptions, "network">): Record<string, TensorSpec> {
  return {
    windows: { shape: [batch, window, features], dtype: "float32" },
    targets: { shape: [batch, outputs], dtype: "float32" },
    known: { shape: [batch, outputs], dtype: "float32" },
  };
}

/** The tensors of a batch; the caller disposes of them. */
export function lossFeeds(
  { windows, targets, known }: WindowBatch,
  { batch, window, features, outputs }: Omit<ForecasterLossOptions, "network">,
): NamedTensors {
  return {
    windows: tf.tensor3d(windows, [batch, window, features]),
    targets: tf.tensor2d(targets, [batch, outputs]),
    known: tf.tensor2d(known, [batch, outputs]),
  };
}

/** The smooth L1 loss of the corrections, its mean over the values that are known. */
export function forecasterLosses(inputs: NamedTensors, { network }: ForecasterLossOptions): Record<string, tf.Scalar> {
  const { windows, targets, known } = inputs as { windows: tf.Tensor3D; targets: tf.Tensor2D; known: tf.Tensor2D };
  const told = network.model.apply(windows, { training: true }) as tf.Tensor2D;
  const total = smoothL1Loss(told, targets, 1).mul(known).sum();
  return { forecast: total.div(known.sum().maximum(1)).asScalar() };
}
