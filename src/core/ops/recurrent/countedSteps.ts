import * as tf from "@tensorflow/tfjs";
import { gatherRows } from "../gather.ts";

/** How sequences of unequal lengths are brought to the front, and what comes out of them back to its steps. */
export interface CountedSteps {
  /** The steps that count, in their order, then zeros: [time, batch, ...] -> the same shape. */
  compact(x: tf.Tensor): tf.Tensor;
  /**
   * For every step what it gave: [time, batch, ...] -> the same shape. For one that does not count, what the last one gave
   * that did, zeros before the first; or zeros in any case, with `zeros`.
   */
  spread(y: tf.Tensor, zeros: boolean): tf.Tensor;
  /** What the last step that counted gave, and `none` where there is none: [time, batch, ...] -> [batch, ...]. */
  last(y: tf.Tensor, none: tf.Tensor): tf.Tensor;
}

/**
 * Steps that count may lie anywhere: left or right of those that do not, or among them. Nothing is read back, so that a
 * recorded step is fed its mask. Differentiable in x and y.
 *
 * @param mask [time, batch]; what is not 0 counts
 */
export function countedSteps(mask: tf.Tensor2D): CountedSteps {
  const [time, batch] = mask.shape;
  const rows = (time + 1) * batch;
  const int = (value: number): tf.Scalar => tf.scalar(value, "int32");
  const counts = tf.notEqual(mask, tf.zerosLike(mask)).cast("int32");
  const ordinal = tf.cumsum(counts, 0); // of the last step that counted so far, from 1
  const column = tf.range(0, batch, 1, "int32");
  // Row k of a table is what the k-th step gave; row 0 stands for none.
  const rowOfStep = ordinal.mul(int(batch)).add(column);
  const ownRow = ordinal.mul(counts).mul(int(batch)).add(column);
  const step = tf.range(1, time + 1, 1, "int32").reshape([time, 1]);
  const stepOfRow = tf.scatterND(ownRow.reshape([-1, 1]), counts.mul(step).reshape([-1]), [rows]);
  const source = stepOfRow
    .reshape([time + 1, batch])
    .slice([1, 0], [time, batch])
    .mul(int(batch))
    .add(column);
  const end = rowOfStep.slice([time - 1, 0], [1, batch]).reshape([batch]);
  const table = (first: tf.Tensor, y: tf.Tensor): tf.Tensor =>
    tf.concat([first.reshape([1, ...first.shape]), y], 0).reshape([rows, ...y.shape.slice(2)]);
  const none = (y: tf.Tensor): tf.Tensor => tf.zeros(y.shape.slice(1));
  return {
    compact: (x) => gatherRows(table(none(x), x), source),
    spread: (y, zeros) => gatherRows(table(none(y), y), zeros ? ownRow : rowOfStep),
    last: (y, first) => gatherRows(table(first, y), end),
  };
}
