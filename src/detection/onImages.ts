import * as tf from "@tensorflow/tfjs";
import type { Framing } from "../base/preprocessing.ts";
import { gatherPerImage } from "../core/ops/gather.ts";
import type { BatchedNmsResult } from "../core/ops/nonMaxSuppression.ts";
import { boxesFromCanvas } from "../core/ops/placement.ts";

/**
 * `fromCanvas` within a step: detections on the canvas as detections in the images, clipped to them; boxes that are left
 * without area are dropped.
 *
 * @param sizes [batch, 2] float32: widths and heights of the images
 */
export function onImages(found: BatchedNmsResult, sizes: tf.Tensor2D, framing: Framing): BatchedNmsResult {
  const [batch, count] = found.scores.shape;
  const boxes = boxesFromCanvas(found.boxes, sizes, framing);
  const [low, high] = tf.split(boxes, 2, 2) as [tf.Tensor3D, tf.Tensor3D];
  const hasArea: tf.Tensor2D = tf.greater(high.sub(low).min<tf.Tensor2D>(2), 0);
  const isFound = tf.less<tf.Tensor2D>(tf.range(0, count, 1, "int32"), found.valid.reshape([batch, 1]));
  const kept = tf.logicalAnd<tf.Tensor2D>(hasArea, isFound).toFloat(); // [batch, count]
  const order = tf.topk(kept, count).indices; // those that stay, in their order, and then the rest
  const picked = <T extends tf.Tensor>(values: T): T => gatherPerImage(values, order) as T;
  const real = picked(kept);
  return {
    boxes: picked(boxes).mul<tf.Tensor3D>(real.reshape([batch, count, 1])),
    scores: picked(found.scores).mul<tf.Tensor2D>(real),
    classes: picked<tf.Tensor2D>(found.classes.toFloat()).mul<tf.Tensor2D>(real).toInt(),
    valid: kept.sum<tf.Tensor1D>(1).toInt(),
  };
}
