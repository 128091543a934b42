import * as tf from "@tensorflow/tfjs";
import type { Preprocessing } from "../../base/preprocessing.ts";
import { packedSpec, unpackBytes } from "../../core/ops/bytes.ts";
import { normalizeImages } from "../../core/ops/images.ts";
import { transformImages } from "../../core/ops/transformImages.ts";
import type { Step } from "../../engine/graph/step.ts";
import type { SegmenterNetwork } from "../networks/buildSegmenter.ts";

export interface SegmenterStepOptions {
  network: SegmenterNetwork;
  preprocessing: Preprocessing;
  /** Without the background. */
  classes: number;
  distance: boolean;
  batch: number;
}

/**
 * Segmentation: packed images on the canvas in, `probabilities` [batch, height, width, classes + 1] out, the background
 * first; where it is learnt, `distance` [batch, height, width] as well, 0 to 1.
 */
export function predictStep({ network, preprocessing, classes, distance, batch }: SegmenterStepOptions): Step {
  const { canvas } = preprocessing;
  const shape = [batch, canvas.height, canvas.width, 3];
  return {
    inputs: { images: packedSpec(shape) },
    run(inputs) {
      const images = normalizeImages(unpackBytes(inputs.images as tf.Tensor, shape) as tf.Tensor4D, preprocessing);
      const outputs = network.model.apply(withMargin(images, network.margin), { training: false }) as tf.Tensor4D;
      if (!distance) return { outputs: { probabilities: tf.softmax(outputs) } };
      const [logits, deep] = tf.split(outputs, [classes + 1, 1], 3) as [tf.Tensor4D, tf.Tensor4D];
      return { outputs: { probabilities: tf.softmax(logits), distance: deep.squeeze([3]).clipByValue(0, 1) } };
    },
  };
}

/** Images with so many pixels around them, mirrored at their edges, as U-Net's paper has it. No gradient passes. */
export function withMargin(images: tf.Tensor4D, margin: number): tf.Tensor4D {
  if (margin === 0) return images;
  const [n, height, width] = images.shape;
  const shift = tf.tensor2d([1, 0, -margin, 0, 1, -margin, 0, 0], [1, 8]).tile([n, 1]);
  return transformImages(images, shift as tf.Tensor2D, {
    ...{ interpolation: "nearest", fillMode: "reflect" },
    size: [height + 2 * margin, width + 2 * margin],
  });
}
