import * as tf from "@tensorflow/tfjs";
import type { Preprocessing } from "../../base/preprocessing.ts";
import { canvasInput, canvasSpec, type ImageInput } from "../../core/ops/images.ts";
import { takeAlong } from "../../core/ops/gather.ts";
import type { Step } from "../../engine/graph/step.ts";
import type { SegmenterNetwork } from "../networks/buildSegmenter.ts";

export interface SegmenterStepOptions {
  network: SegmenterNetwork;
  preprocessing: Preprocessing;
  /** Without the background. */
  classes: number;
  distance: boolean;
  batch: number;
  /** How it is fed images: packed unless told. */
  input?: ImageInput | undefined;
}

/**
 * Segmentation: images on the canvas in, `probabilities` [batch, height, width, classes + 1] out, the background
 * first; where it is learnt, `distance` [batch, height, width] as well, 0 to 1.
 */
export function predictStep(options: SegmenterStepOptions): Step {
  const { network, preprocessing, classes, distance, batch, input } = options;
  return {
    inputs: { images: canvasSpec(batch, preprocessing, input) },
    run(inputs) {
      const images = canvasInput(inputs.images as tf.Tensor, batch, preprocessing);
      const outputs = network.model.apply(withMargin(images, network.margin), { training: false }) as tf.Tensor4D;
      if (!distance) return { outputs: { probabilities: tf.softmax(outputs) } };
      const [logits, deep] = tf.split(outputs, [classes + 1, 1], 3) as [tf.Tensor4D, tf.Tensor4D];
      return { outputs: { probabilities: tf.softmax(logits), distance: deep.squeeze([3]).clipByValue(0, 1) } };
    },
  };
}

/**
 * The most probable label of each pixel, the background being 0; of one class, its own from a threshold on.
 *
 * @param probabilities [batch, height, width, classes + 1]
 * @returns [batch, height, width] int32
 */
export function labelsOf(probabilities: tf.Tensor4D, threshold: number | undefined): tf.Tensor3D {
  if (threshold === undefined) return tf.argMax(probabilities, 3);
  const own: tf.Tensor3D = probabilities.slice([0, 0, 0, 1], [-1, -1, -1, 1]).squeeze([3]);
  return tf.greaterEqual<tf.Tensor3D>(own, threshold).toInt();
}

/** Images with so many pixels around them, mirrored at their edges, as U-Net's paper has it. No gradient passes. */
export function withMargin(images: tf.Tensor4D, margin: number): tf.Tensor4D {
  if (margin === 0) return images;
  const rows = takeAlong(images, mirroredPlaces(images.shape[1], margin), 1);
  return takeAlong(rows, mirroredPlaces(images.shape[2], margin), 2);
}

/** d c b a | a b c d | d c b a, as often as it takes. */
function mirroredPlaces(length: number, margin: number): number[] {
  return Array.from({ length: length + 2 * margin }, (_, i) => {
    const place = (i - margin + 2 * length * Math.ceil(margin / (2 * length))) % (2 * length);
    return Math.min(place, 2 * length - 1 - place);
  });
}
