import * as tf from "@tensorflow/tfjs";
import { batchedNms, type BatchedNmsResult } from "../../core/ops/nonMaxSuppression.ts";
import { batchedIou } from "./overlap.ts";

export interface PostProcessOptions {
  /** Only detections above this score count. Default 0.01. */
  scoreThreshold?: number;
  /** NMS within a class. Default 0.5. */
  iouThreshold?: number;
  /** Detections of an image at most, all classes together. Default 100. */
  maxDetections?: number;
  /** Each kept box becomes the mean of the boxes that overlap it at least so much; 1 (the default) leaves it. */
  votingThreshold?: number;
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
  const { scoreThreshold = 0.01, iouThreshold = 0.5, maxDetections = 100, votingThreshold = 1 } = options;
  const [batch, r] = scores.shape;
  const perClass = (boxes.rank === 4 ? boxes : boxes.reshape([batch, r, 1, 4])) as tf.Tensor4D;
  const valid: tf.Tensor3D = scores.mul(validRois.reshape([batch, r, 1]));
  const kept = batchedNms(perClass, valid, { iouThreshold, scoreThreshold, count: maxDetections });
  const shared = perClass.shape[2] === 1 && votingThreshold < 1;
  return shared ? { ...kept, boxes: vote(kept, perClass.reshape([batch, r, 4]), valid, votingThreshold) } : kept;
}

/**
 * Box voting (Gidaris and Komodakis, "Object detection via a multi-region and semantic segmentation-aware CNN model",
 * 2015, section 5): what NMS dropped still knows something of where the object ends. Each box becomes the mean of all
 * boxes with at least that IoU with it, weighted by their scores for its class.
 */
function vote(kept: BatchedNmsResult, boxes: tf.Tensor3D, scores: tf.Tensor3D, threshold: number): tf.Tensor3D {
  const every = tf.range(0, scores.shape[2], 1, "int32"); // not tf.oneHot, which refuses a single class
  const classes = kept.classes.expandDims(2).equal(every).toFloat(); // [batch, count, classes]
  const near = batchedIou(kept.boxes, boxes).greaterEqual(threshold).toFloat(); // [batch, count, r]
  const weights = tf.matMul(classes, scores, false, true).mul(near); // [batch, count, r]
  const total = weights.sum(2, true);
  const mean = tf.matMul(weights, boxes).div(total.maximum(1e-6));
  return tf.where(total.greater(0), mean, kept.boxes) as tf.Tensor3D; // padding has no votes
}
