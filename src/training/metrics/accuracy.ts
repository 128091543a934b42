import * as tf from "@tensorflow/tfjs";
import { checkedOption, matched, shown, unlike } from "../losses/loss.ts";
import { AnchorkitError } from "../../base/errors.ts";
import { meanOf } from "./mean.ts";
import type { Metric } from "./metric.ts";

/** Which predictions are a yes: those above the threshold (default 0.5). */
export interface BinaryAccuracyOptions {
  threshold?: number;
}

/**
 * Share of predictions that lie on the side of the threshold on which the target, 0 or 1, does: Keras's
 * `binary_accuracy`. Of several labels each counts.
 *
 * target and prediction [batch, …, labels], or [batch]
 */
export function binaryAccuracy({ threshold = 0.5 }: BinaryAccuracyOptions = {}): Metric {
  const name = "binary_accuracy";
  const isRight = (target: tf.Tensor, prediction: tf.Tensor): tf.Tensor => {
    const [t, p] = matched(name, target, prediction);
    return p.greater(threshold).toFloat().equal(t).toFloat();
  };
  return meanOf(name, isRight, "higher");
}

/**
 * Share of samples whose highest prediction is at the place of the highest target: Keras's `categorical_accuracy`.
 *
 * target and prediction [batch, …, classes]
 */
export function categoricalAccuracy(): Metric {
  const name = "categorical_accuracy";
  const isRight = (target: tf.Tensor, prediction: tf.Tensor): tf.Tensor =>
    prediction
      .argMax(-1)
      .equal(classesOf(name, target, prediction))
      .toFloat();
  return meanOf(name, isRight, "higher");
}

/**
 * Share of samples whose highest prediction is at the class that the target names: Keras's
 * `sparse_categorical_accuracy`.
 *
 * target [batch, …] or [batch, …, 1], prediction [batch, …, classes]
 */
export function sparseCategoricalAccuracy(): Metric {
  const name = "sparse_categorical_accuracy";
  const isRight = (target: tf.Tensor, prediction: tf.Tensor): tf.Tensor =>
    prediction
      .argMax(-1)
      .toFloat()
      .equal(indicesOf(name, target, prediction).toFloat())
      .toFloat();
  return meanOf(name, isRight, "higher");
}

/** How many of the highest predictions may be the right one. */
export interface TopKOptions {
  /** Default 5. */
  k?: number;
}

export interface SparseTopKOptions extends TopKOptions {
  /** The prediction is the classes themselves, most likely first, rather than a number for each class (default false). */
  fromSortedIds?: boolean;
}

/**
 * Share of samples whose class is among the k that are predicted highest; ties at the last place count as right, and a
 * prediction that is no finite number as wrong: Keras's `top_k_categorical_accuracy`.
 *
 * target and prediction [batch, …, classes]
 */
export function topKCategoricalAccuracy(options: TopKOptions = {}): Metric {
  const name = "top_k_categorical_accuracy";
  const k = checkedCount(name, options);
  return meanOf(name, (target, prediction) => isAmongTop(classesOf(name, target, prediction), prediction, k), "higher");
}

/**
 * {@link topKCategoricalAccuracy} for targets that are the index of a class: Keras's
 * `sparse_top_k_categorical_accuracy`.
 *
 * target [batch, …] or [batch, …, 1], prediction [batch, …, classes]
 */
export function sparseTopKCategoricalAccuracy(options: SparseTopKOptions = {}): Metric {
  const name = "sparse_top_k_categorical_accuracy";
  const k = checkedCount(name, options);
  const isRight = (target: tf.Tensor, prediction: tf.Tensor): tf.Tensor => {
    const labels = indicesOf(name, target, prediction);
    if (!options.fromSortedIds) return isAmongTop(labels.toInt(), prediction, k);
    const first = prediction.slice(
      prediction.shape.map(() => 0),
      [...prediction.shape.slice(0, -1), Math.min(k, prediction.shape.at(-1) ?? 0)],
    );
    return first.toFloat().equal(labels.toFloat().expandDims(-1)).any(-1).toFloat();
  };
  return meanOf(name, isRight, "higher");
}

/** labels int32 [batch, …], prediction [batch, …, classes] -> 1 where it holds, else 0, [batch, …] */
function isAmongTop(labels: tf.Tensor, prediction: tf.Tensor, k: number): tf.Tensor {
  const p = prediction.toFloat();
  const classes = p.shape.at(-1) ?? 0;
  const own = tf.oneHot(labels, classes).toFloat();
  const atOwn = p.mul(own).sum(-1, true);
  const notHigher = p.lessEqual(atOwn).toFloat().sum(-1); // none where a prediction is no finite number
  return notHigher.greater(classes - Math.min(k, classes)).toFloat().mul(own.sum(-1)); // prettier-ignore
}

/** The class that each one-hot target is of, [batch, …]. */
function classesOf(name: string, target: tf.Tensor, prediction: tf.Tensor): tf.Tensor {
  if (prediction.rank > 1 && target.shape.join() === prediction.shape.join()) return target.argMax(-1);
  throw unlike(name, target, prediction, "both are [batch, …, classes]");
}

/** Targets that are indices, without a last axis of 1. */
function indicesOf(name: string, target: tf.Tensor, prediction: tf.Tensor): tf.Tensor {
  const shape = prediction.shape.slice(0, -1);
  const fits = prediction.rank > 1 && [shape.join(), [...shape, 1].join()].includes(target.shape.join());
  if (!fits) throw unlike(name, target, prediction, `a target of indices has shape ${shown(prediction.max(-1))}`);
  return target.reshape(shape);
}

function checkedCount(name: string, { k = 5 }: TopKOptions): number {
  if (Number.isInteger(k)) return checkedOption(name, "k", k, 1);
  throw new AnchorkitError(`${name}: k is ${k}; give a whole number of 1 or more`);
}
