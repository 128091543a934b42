import * as tf from "@tensorflow/tfjs";
import { isNative, nativeOp } from "../../engine/nativeOp.ts";

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
 * Non-maximum suppression of each class of each image: one op for the whole batch on native TensorFlow
 * (CombinedNonMaxSuppression, which takes coordinates of any unit; nothing is clipped), elsewhere one for each image
 * and class, after which the best are picked. No gradient.
 *
 * @param boxes [batch, n, 1, 4], the same for all classes, or [batch, n, classes, 4]
 * @param scores [batch, n, classes]
 */
export function batchedNms(boxes: tf.Tensor4D, scores: tf.Tensor3D, options: BatchedNmsOptions): BatchedNmsResult {
  return isNative() ? nativeNms(boxes, scores, options) : composedNms(boxes, scores, options);
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
  const images = tf.unstack(scores).map((imageScores, image) => {
    const imageBoxes = tf.unstack(boxes.slice([image, 0, 0, 0], [1, -1, -1, -1]).squeeze([0]), 1) as tf.Tensor2D[];
    const perClass = tf.unstack(imageScores, 1).map((classScores, c) => {
      const classBoxes = imageBoxes[imageBoxes.length === 1 ? 0 : c] as tf.Tensor2D;
      return { c, ...keepOfClass(classBoxes, classScores as tf.Tensor1D, options) };
    });
    const all = {
      boxes: tf.concat(perClass.map((kept) => kept.boxes)),
      scores: tf.concat(perClass.map((kept) => kept.scores)),
      classes: tf.concat(perClass.map((kept) => tf.fill([options.count], kept.c, "int32"))),
    };
    const order = tf.topk(all.scores, options.count).indices;
    const found = tf.greater(tf.gather(all.scores, order), -Infinity);
    const mask = found.cast("float32");
    return {
      boxes: tf.gather(all.boxes, order).mul(mask.expandDims(1)),
      scores: tf.where(found, tf.gather(all.scores, order), 0),
      classes: tf.gather(all.classes, order).mul(found.cast("int32")),
      valid: mask.sum().cast("int32"),
    };
  });
  return {
    boxes: tf.stack(images.map((image) => image.boxes)) as tf.Tensor3D,
    scores: tf.stack(images.map((image) => image.scores)) as tf.Tensor2D,
    classes: tf.stack(images.map((image) => image.classes)) as tf.Tensor2D,
    valid: tf.stack(images.map((image) => image.valid)) as tf.Tensor1D,
  };
}

/** `count` boxes [count, 4] and scores [count] of one class of one image; -Infinity marks padding. */
function keepOfClass(boxes: tf.Tensor2D, scores: tf.Tensor1D, options: BatchedNmsOptions) {
  const { selectedIndices, validOutputs } = tf.image.nonMaxSuppressionPadded(
    boxes,
    scores,
    options.count,
    options.iouThreshold,
    options.scoreThreshold,
    true,
  ) as { selectedIndices: tf.Tensor1D; validOutputs: tf.Scalar };
  const real = tf.less(tf.range(0, options.count, 1, "int32"), validOutputs);
  const indices = selectedIndices.mul(real.cast("int32"));
  return { boxes: tf.gather(boxes, indices), scores: tf.where(real, tf.gather(scores, indices), -Infinity) };
}
