import * as tf from "@tensorflow/tfjs";

/**
 * The cross-entropy of labels that lie evenly over the frames, with no blanks: each has as many frames as the others. A
 * guess, as the flat start of hidden Markov models is in speech recognition (Young et al., "The HTK Book", 2006, section
 * 3.2.3), which gives each frame something to learn while {@link ctcLoss} has yet to find out where labels are.
 *
 * @param logits [batch, time, classes + 1], not yet normalised
 * @param labels [batch, longest] int32, each row padded with -1 at its end; a row may be empty
 * @param frames [batch] int32, how many frames count, in 1..time
 * @returns [batch], the mean over the frames; 0 for an empty row
 */
export function evenAlignment(logits: tf.Tensor3D, labels: tf.Tensor2D, frames: tf.Tensor1D): tf.Tensor1D {
  const [, time, outputs] = logits.shape;
  const [batch, longest] = labels.shape;
  const counts = frames.toFloat().reshape([batch, 1]);
  const lengths = labels.greaterEqual(0).toFloat().sum(1, true);
  const frame = tf.range(0, time).reshape([1, time]);
  const place = frame.add(0.5).mul(lengths).div(counts).floor().cast<tf.Tensor2D>("int32"); // which label a frame has
  const within = frame.less(counts).toFloat();
  const chosen = tf.oneHot(place, longest).toFloat().mul(within.expandDims(2)); // [batch, time, longest]
  const targets = tf.matMul(chosen, tf.oneHot(labels, outputs).toFloat());
  return tf
    .logSoftmax(logits)
    .mul(targets)
    .sum<tf.Tensor2D>(2)
    .sum<tf.Tensor1D>(1)
    .div<tf.Tensor1D>(frames.toFloat())
    .neg();
}
