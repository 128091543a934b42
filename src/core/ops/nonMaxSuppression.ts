import * as tf from "@tensorflow/tfjs";
import { nativeOp } from "../../engine/graph/nativeOp.ts";
import { usesNativeOps } from "../../engine/graph/target.ts";
import { gatherRows } from "./gather.ts";

export interface BatchedNmsOptions {
  /** A box goes when its IoU with a better one of its class that stays is above this. */
  iouThreshold: number;
  /** Only scores above this take part. */
  scoreThreshold: number;
  /** At most so many stay of an image, all classes together. */
  count: number;
}

/** What stays, best score first, padded with zeros to `count`. */
export interface BatchedNmsResult {
  /** [batch, count, 4] */
  boxes: tf.Tensor3D;
  /** [batch, count] */
  scores: tf.Tensor2D;
  /** [batch, count] int32 */
  classes: tf.Tensor2D;
  /** [batch] int32: how many of each image are no padding. */
  valid: tf.Tensor1D;
}

/**
 * Non-maximum suppression of each class of each image: one native op for the whole batch
 * (CombinedNonMaxSuppression, which takes coordinates of any unit; nothing is clipped), or else one for each image
 * and class, after which the best are picked. No gradient.
 *
 * @param boxes [batch, n, 1, 4], the same for all classes, or [batch, n, classes, 4]
 * @param scores [batch, n, classes]
 */
export function batchedNms(boxes: tf.Tensor4D, scores: tf.Tensor3D, options: BatchedNmsOptions): BatchedNmsResult {
  return usesNativeOps() ? nativeNms(boxes, scores, options) : composedNms(boxes, scores, options);
}

function nativeNms(boxes: tf.Tensor4D, scores: tf.Tensor3D, options: BatchedNmsOptions): BatchedNmsResult {
  const count = tf.scalar(options.count, "int32");
  const [kept, keptScores, classes, valid] = nativeOp(
    "CombinedNonMaxSuppression",
    { pad_per_class: false, clip_boxes: false },
    [boxes, scores, count, count, tf.scalar(options.iouThreshold), tf.scalar(options.scoreThreshold)],
    4,
  );
  return {
    boxes: kept as tf.Tensor3D,
    scores: keptScores as tf.Tensor2D,
    classes: classes.cast<tf.Tensor2D>("int32"),
    valid: valid as tf.Tensor1D,
  };
}

function composedNms(boxes: tf.Tensor4D, scores: tf.Tensor3D, options: BatchedNmsOptions): BatchedNmsResult {
  const [batch, n, perBox] = boxes.shape;
  const images = Array.from({ length: batch }, (_, image) => {
    const kept = Array.from({ length: scores.shape[2] }, (__, c) => {
      const own = boxes.slice([image, 0, perBox === 1 ? 0 : c, 0], [1, n, 1, 4]).reshape<tf.Tensor2D>([n, 4]);
      return keepOfClass(own, scores.slice([image, 0, c], [1, n, 1]).reshape<tf.Tensor1D>([n]), c, options);
    });
    const padding = tf.tensor2d([0, 0, 0, 0, -Infinity, 0], [1, 6]).tile([options.count, 1]);
    const rows = tf.concat([...kept, padding]);
    const order = tf.topk(rows.slice([0, 4], [-1, 1]).flatten(), options.count).indices;
    return gatherRows(rows, order); // [count, 6]
  });
  const [best, score, classes] = tf.split(tf.stack(images), [4, 1, 1], 2) as [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D];
  const found = tf.greater<tf.Tensor3D>(score, -Infinity);
  return {
    boxes: best,
    scores: tf.where(found, score, 0).squeeze([2]),
    classes: classes.cast("int32").squeeze([2]),
    valid: found.cast("int32").sum([1, 2]),
  };
}

/** What stays of one class of one image, as rows of box, score and class: [.., 6]; padding has the score -Infinity. */
function keepOfClass(boxes: tf.Tensor2D, scores: tf.Tensor1D, c: number, options: BatchedNmsOptions): tf.Tensor2D {
  const { count, iouThreshold, scoreThreshold } = options;
  const { selectedIndices, validOutputs } = tf.image.nonMaxSuppressionPadded(
    boxes,
    scores,
    count,
    iouThreshold,
    scoreThreshold,
    true,
  ) as { selectedIndices: tf.Tensor1D; validOutputs: tf.Scalar };
  const [k] = selectedIndices.shape;
  const real = tf.less<tf.Tensor2D>(tf.range(0, k, 1, "int32"), validOutputs).reshape<tf.Tensor2D>([k, 1]);
  const score = gatherRows(scores, selectedIndices).reshape<tf.Tensor2D>([k, 1]);
  return tf.concat2d(
    [
      gatherRows(boxes, selectedIndices).mul<tf.Tensor2D>(real.cast("float32")),
      tf.where(real, score, -Infinity),
      tf.fill<tf.Rank.R2>([k, 1], c).mul<tf.Tensor2D>(real.cast("float32")),
    ],
    1,
  );
}
