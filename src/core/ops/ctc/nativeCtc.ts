import * as tf from "@tensorflow/tfjs";
import { nativeOp } from "../../../engine/graph/nativeOp.ts";
import type { CtcResult } from "./alignedCtc.ts";

/**
 * CTC by TensorFlow's CTCLoss, whose second output is the gradient. What the op answers wrongly is answered beside it: rows
 * without labels, and targets that need more frames than there are.
 *
 * @param labels at least one column wide
 */
export function nativeCtc(logits: tf.Tensor3D, labels: tf.Tensor2D, lengths: tf.Tensor1D): CtcResult {
  const [batch, time, outputs] = logits.shape;
  const isEmpty = labels.slice([0, 0], [batch, 1]).less(0); // [batch, 1]
  // Without any label the op writes outside of its memory: such a row is given class 0.
  const first = labels.slice([0, 0], [batch, 1]).maximum(tf.scalar(0, "int32"));
  const filled = tf.concat([first, labels.slice([0, 1])], 1);
  // Labels as a sparse tensor, as many as there are: the op takes padding for labels when it compares lengths.
  const [places] = nativeOp("Where", { T: "bool" }, [filled.greaterEqual(0)]); // [labels, 2] int64
  const [values] = nativeOp("GatherNd", { Tparams: "int32", Tindices: "int64" }, [filled, places]);
  const attributes = {
    ...{ T: "float32", preprocess_collapse_repeated: false, ctc_merge_repeated: true },
    ignore_longer_outputs_than_inputs: true,
  };
  const byTime = logits.transpose([1, 0, 2]);
  const [loss, slope] = nativeOp("CTCLoss", attributes, [byTime, places, values, lengths], 2);

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
  const answered = tf.where(isEmpty.flatten(), lossOfBlanks, loss);
  const slopes = tf.where(isEmpty.expandDims(2), slopeOfBlanks, slope.transpose<tf.Tensor3D>([1, 0, 2]));
  return {
    loss: tf.where(possible, answered, Infinity) as tf.Tensor1D,
    slope: tf.where(possible.reshape([batch, 1, 1]), slopes, 0) as tf.Tensor3D,
  };
}

/** As `ctcFrames`, of each row: [batch]. */
function framesNeeded(labels: tf.Tensor2D): tf.Tensor1D {
  const [batch, longest] = labels.shape;
  const given = labels.greaterEqual(0).cast("int32");
  const before = tf.concat([tf.fill([batch, 1], -1, "int32"), labels], 1).slice([0, 0], [batch, longest]);
  return given.add(given.mul(labels.equal(before).cast("int32"))).sum(1);
}
