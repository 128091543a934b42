import * as tf from "@tensorflow/tfjs";
import { toInt64 } from "../../../engine/graph/int64.ts";
import { nativeOp } from "../../../engine/graph/nativeOp.ts";
import type { CtcResult } from "./alignedCtc.ts";

/**
 * CTC by TensorFlow's CTCLoss, whose second output is the gradient. Its labels are a sparse tensor, whose size would be
 * data; here every place of the padded labels is given, for the op ends a row at the first label that is the blank.
 * What the op answers wrongly is answered beside it: rows without labels, and targets that need more frames.
 *
 * @param labels at least one column wide
 */
export function nativeCtc(logits: tf.Tensor3D, labels: tf.Tensor2D, lengths: tf.Tensor1D): CtcResult {
  const [batch, time, outputs] = logits.shape;
  const longest = labels.shape[1];
  const places = Array.from({ length: batch * longest }, (_, i) => [Math.floor(i / longest), i % longest]);
  const indices = toInt64(tf.tensor2d(places, undefined, "int32"));
  const given = labels.greaterEqual(0);
  const isEmpty = tf.logicalNot(given.slice([0, 0], [batch, 1])).flatten();
  // Without any label the op writes outside of its memory: such rows get label 0.
  const first = isEmpty.expandDims(1).pad([[0, 0], [0, longest - 1]]); // prettier-ignore
  const blanks = tf.fill(labels.shape, outputs - 1, "int32");
  const values = tf.where(given, labels, tf.where(first, tf.zerosLike(labels), blanks)).flatten();
  const attributes = {
    ...{ T: "float32", preprocess_collapse_repeated: false, ctc_merge_repeated: true },
    ignore_longer_outputs_than_inputs: true,
  };
  const byTime = logits.transpose([1, 0, 2]);
  const [loss, slope] = nativeOp("CTCLoss", attributes, [byTime, indices, values, lengths], 2);

  const logProbabilities = tf.logSoftmax(logits);
  const counts = tf.range(0, time, 1, "int32").expandDims(0).less(lengths.expandDims(1)).cast("float32");
  const lossOfBlanks = logProbabilities
    .slice([0, 0, outputs - 1])
    .reshape([batch, time])
    .mul(counts)
    .sum(1)
    .neg();
  const blank = tf.oneHot(tf.scalar(outputs - 1, "int32"), outputs);
  const slopeOfBlanks = logProbabilities.exp().sub(blank).mul(counts.expandDims(2));
  const possible = framesNeeded(labels).lessEqual(lengths);
  const [empty, matters] = [isEmpty, possible].map((rows) => rows.reshape([batch, 1, 1])) as [tf.Tensor, tf.Tensor];
  return {
    loss: tf.where(possible, tf.where(isEmpty, lossOfBlanks, loss), Infinity) as tf.Tensor1D,
    slope: tf.where(matters, tf.where(empty, slopeOfBlanks, slope.transpose([1, 0, 2])), 0) as tf.Tensor3D,
  };
}

/** As `ctcFrames`, of each row: [batch]. */
function framesNeeded(labels: tf.Tensor2D): tf.Tensor1D {
  const [batch, longest] = labels.shape;
  const given = labels.greaterEqual(0).cast("int32");
  const before = tf.concat([tf.fill([batch, 1], -1, "int32"), labels], 1).slice([0, 0], [batch, longest]);
  return given.add(given.mul(labels.equal(before).cast("int32"))).sum(1);
}
