import type * as tf from "@tensorflow/tfjs";
import { batchedNms, type BatchedNmsResult } from "../core/ops/nonMaxSuppression.ts";

export interface PostProcessOptions {
  /** Only detections above this score count. Default 0.01. */
  scoreThreshold?: number;
  /** NMS within a class. Default 0.5. */
  iouThreshold?: number;
  /** Detections of an image at most, all classes together. Default 100. */
  maxDetections?: number;
}

/**
 * Detections of each image: every class of every RoI with a score above the threshold, NMS class by class, the best
 * `maxDetections`, best score first, padded with zeros.
 *
 * @param boxes [batch, r, 4], the same for all classes, or [batch, r, 1 or classes, 4]; x1, y1, x2, y2, decoded and clipped
 * @param scores [batch, r, classes]: probabilities, without the background's
 * @param validRois [batch, r]: 0 for RoIs that are padding, else 1
 */
export function postProcess(
  boxes: tf.Tensor3D | tf.Tensor4D,
  scores: tf.Tensor3D,
  validRois: tf.Tensor2D,
  options: PostProcessOptions = {},
): BatchedNmsResult {
  const { scoreThreshold = 0.01, iouThreshold = 0.5, maxDetections = 100 } = options;
  const [batch, r] = scores.shape;
  const perClass = (boxes.rank === 4 ? boxes : boxes.reshape([batch, r, 1, 4])) as tf.Tensor4D;
  return batchedNms(perClass, scores.mul(validRois.reshape([batch, r, 1])), {
    iouThreshold,
    scoreThreshold,
    count: maxDetections,
  });
}
