import * as tf from "@tensorflow/tfjs";
import { AnchorkitError } from "../../base/errors.ts";
import type { NamedTensors } from "../../engine/graph/step.ts";
import { matched, shown } from "../losses/loss.ts";

/** A measure of predictions that is made of sums: what each batch adds is computed in the graph, the value from what they come to. */
export interface Metric {
  /** Keras's: "accuracy", "auc", "mean_io_u". */
  readonly name: string;
  /** Whether higher or lower values are better. */
  readonly better: "higher" | "lower";
  /**
   * What a batch adds, float32 tensors of any static shape. Pure ops, compiled (see Step). Target and prediction are
   * [batch, …]. `weights`, [batch], say how much each sample counts, on all its other axes alike; 0 for one that only
   * fills the batch up, whatever stands in it.
   */
  sums(target: tf.Tensor, prediction: tf.Tensor, weights: tf.Tensor1D): NamedTensors;
  /**
   * The value of what the sums of all batches come to, by the same names. Where nothing was counted it is what Keras
   * answers: 0, save for `r2_score`, which is not a number.
   */
  value(sums: Sums): number;
}

/** What the sums of all batches come to, by their names. */
export type Sums = Readonly<Record<string, Float64Array>>;

/**
 * The metric, with what its sums may rely on: all is float32, there is a weight for each sample, and samples of weight 0
 * are zeros in target and prediction, so that neither a class that there is not nor NaN in them is seen.
 */
export function metricOf(own: Metric): Metric {
  return {
    ...own,
    sums(target, prediction, weights) {
      if (weights.rank !== 1 || weights.size !== prediction.shape[0]) {
        const shapes = `weights have shape ${shown(weights)}, and the prediction ${shown(prediction)}`;
        throw new AnchorkitError(`${own.name}: ${shapes}; give one weight for each sample`);
      }
      if (target.shape[0] !== prediction.shape[0]) {
        const shapes = `target has shape ${shown(target)}, and the prediction ${shown(prediction)}`;
        throw new AnchorkitError(`${own.name}: ${shapes}; both have the samples on their first axis`);
      }
      const counts = weights.notEqual(0);
      return own.sums(cleared(target, counts), cleared(prediction, counts), weights.toFloat());
    },
  };
}

/** Weights [batch] as [batch, 1, …], which are multiplied with values of so many axes. */
export function spread(weights: tf.Tensor, rank: number): tf.Tensor {
  return weights.reshape([...weights.shape, ...Array.from({ length: rank - weights.rank }, () => 1)]);
}

/** Target and prediction of one shape, [batch, …, columns] or [batch], as rows, and the weight of each row. */
export function matchedRows(
  name: string,
  target: tf.Tensor,
  prediction: tf.Tensor,
  weights: tf.Tensor,
): { target: tf.Tensor2D; prediction: tf.Tensor2D; weights: tf.Tensor2D } {
  const [[t, w], [p]] = matched(name, target, prediction).map((values) => asRows(values, weights)) as [Rows, Rows];
  return { target: t, prediction: p, weights: w };
}

type Rows = [rows: tf.Tensor2D, weights: tf.Tensor2D];

/**
 * Values [batch, …, columns] as rows, and the weight of each row: [rows, columns] and [rows, 1]. A list of numbers is one
 * column.
 */
function asRows(values: tf.Tensor, weights: tf.Tensor): Rows {
  const columns = values.rank < 2 ? 1 : (values.shape.at(-1) ?? 1);
  const rows: tf.Tensor2D = values.reshape([-1, columns]);
  const each = spread(weights, 2).tile([1, rows.shape[0] / weights.size]); // [batch, rows of a sample]
  return [rows, each.reshape([-1, 1])];
}

/** The sums of a name. */
export function summed(sums: Sums, name: string): Float64Array {
  const found = sums[name];
  if (found) return found;
  throw new AnchorkitError(`metric: the sums have no "${name}", but ${Object.keys(sums).join(", ")}`);
}

/** The sum of a name that is one number. */
export function total(sums: Sums, name: string): number {
  return summed(sums, name)[0] ?? NaN;
}

/** a / b, and 0 where b is 0: Keras's `divide_no_nan`. */
export function ratio(a: number, b: number): number {
  return b === 0 ? 0 : a / b;
}

function cleared(x: tf.Tensor, counts: tf.Tensor): tf.Tensor {
  const numbers = x.toFloat();
  return tf.where(spread(counts, x.rank), numbers, tf.zerosLike(numbers));
}
