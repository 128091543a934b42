import * as tf from "@tensorflow/tfjs";
import { sigmoidCrossEntropy, softmaxCrossEntropy } from "./elementwise.ts";
import type { CrossEntropyOptions, Loss } from "./loss.ts";
import {
  axisLast,
  checkedOption,
  classIndices,
  clippedProbabilities,
  matchedClasses,
  meanOfLast,
  smoothed,
  unlike,
} from "./loss.ts";

/** Cross-entropy over classes. */
export interface CategoricalOptions extends CrossEntropyOptions {
  /** The axis of the classes (default the last). */
  axis?: number;
}

/**
 * -sum over classes of target * log(p): Keras's `categorical_crossentropy`. p is the softmax of logits, or the prediction
 * divided by its sum and kept 1e-7 from 0 and 1. The target is one-hot, or shares that sum to 1 (a mixture of images).
 *
 * target and prediction [batch, …, classes] -> [batch, …]
 */
export function categoricalCrossentropy(options: CategoricalOptions = {}): Loss {
  const { fromLogits = false, axis } = options;
  const smoothing = checkedOption("categoricalCrossentropy", "labelSmoothing", options.labelSmoothing ?? 0, 0, 1);
  return (target, prediction) => {
    const [t, p] = matchedClasses("categoricalCrossentropy", target, prediction, axis);
    const soft = smoothed(t, smoothing, t.shape.at(-1) ?? 1);
    const logs = fromLogits ? tf.logSoftmax(p) : clippedProbabilities(sharesOf(p)).log();
    return soft.mul(logs).sum(-1).neg();
  };
}

/** Cross-entropy over classes whose target is an index. */
export interface SparseOptions extends CategoricalOptions {
  /** Targets of this class do not count, -1 or 255 say: see `Loss.counts`. */
  ignoreClass?: number;
}

/**
 * {@link categoricalCrossentropy} for targets that are the index of a class: Keras's `sparse_categorical_crossentropy`.
 * Of probabilities it takes the softmax of their logarithms, as Keras does. An index that is no class is an error on
 * native TensorFlow, and makes the loss not a number elsewhere.
 *
 * target [batch, …] or [batch, …, 1], prediction [batch, …, classes] -> [batch, …]
 */
export function sparseCategoricalCrossentropy(options: SparseOptions = {}): Loss {
  const name = "sparseCategoricalCrossentropy";
  const { fromLogits = false, axis = -1, ignoreClass } = options;
  const smoothing = checkedOption(name, "labelSmoothing", options.labelSmoothing ?? 0, 0, 1);
  const loss: Loss = (target, prediction) => {
    const p = axisLast(name, prediction.toFloat(), axis);
    const classes = p.shape.at(-1) ?? 0;
    const given = indicesOf(name, target, prediction, p.shape.slice(0, -1), axis);
    const labels =
      ignoreClass === undefined ? given : given.mul(given.notEqual(tf.scalar(ignoreClass, "int32")).toInt());
    const logits = fromLogits ? p : clippedProbabilities(p).log();
    const rows: tf.Tensor2D = logits.reshape([-1, classes]);
    const exact = softmaxCrossEntropy(rows, labels.flatten());
    const spread = smoothing === 0 ? 0 : tf.logSoftmax(rows).mean(-1).mul(-smoothing);
    const values = exact.mul(1 - smoothing).add(spread);
    return values.reshape(labels.shape);
  };
  if (ignoreClass === undefined) return loss;
  const counts = (target: tf.Tensor): tf.Tensor => classIndices(target).notEqual(tf.scalar(ignoreClass, "int32"));
  return Object.assign(loss, { counts });
}

/** Cross-entropy of yes and no. */
export interface BinaryOptions extends CrossEntropyOptions {
  /** The axis that the mean is taken over (default the last). */
  axis?: number;
}

/**
 * The mean over the last axis of -target * log(p) - (1 - target) * log(1 - p): Keras's `binary_crossentropy`. p is the
 * sigmoid of logits, or the prediction kept 1e-7 from 0 and 1. Smoothing moves targets towards one half.
 *
 * target and prediction [batch, …, labels] -> [batch, …]
 */
export function binaryCrossentropy(options: BinaryOptions = {}): Loss {
  const { fromLogits = false, axis } = options;
  const smoothing = checkedOption("binaryCrossentropy", "labelSmoothing", options.labelSmoothing ?? 0, 0, 1);
  return (target, prediction) => {
    const [t, p] = matchedClasses("binaryCrossentropy", target, prediction, axis);
    const soft = smoothed(t, smoothing, 2);
    return meanOfLast(fromLogits ? sigmoidCrossEntropy(p, soft) : crossEntropyOfProbabilities(soft, p));
  };
}

/** Elementwise -target * log(p) - (1 - target) * log(1 - p) of probabilities, kept 1e-7 from 0 and 1. */
export function crossEntropyOfProbabilities(target: tf.Tensor, probabilities: tf.Tensor): tf.Tensor {
  const p = clippedProbabilities(probabilities);
  return target.mul(p.log()).add(tf.sub(1, target).mul(tf.sub(1, p).log())).neg(); // prettier-ignore
}

/** Each divided by their sum over the last axis; all zeros stay as they are (the square of 1e-15 is no zero yet). */
export function sharesOf(probabilities: tf.Tensor): tf.Tensor {
  return probabilities.div(probabilities.sum(-1, true).maximum(1e-15));
}

function indicesOf(name: string, target: tf.Tensor, prediction: tf.Tensor, shape: number[], axis: number): tf.Tensor {
  const fits = [shape.join(), axisOfOne(prediction.shape, axis).join()].includes(target.shape.join());
  if (!fits) {
    throw unlike(name, target, prediction, `a target of indices has shape [${shape.join(", ")}]`);
  }
  return classIndices(target).reshape(shape);
}

function axisOfOne(shape: number[], axis: number): number[] {
  const at = axis < 0 ? axis + shape.length : axis;
  return shape.map((side, i) => (i === at ? 1 : side));
}
