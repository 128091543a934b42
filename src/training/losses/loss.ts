import * as tf from "@tensorflow/tfjs";
import { AnchorkitError } from "../../base/errors.ts";

/** What Keras adds to what may be 0 before it divides or takes a logarithm. */
export const EPSILON = 1e-7;

/**
 * A loss as a network is trained with it: a value for each sample of target and prediction, which {@link lossValue}
 * makes one number of. A function of your own is one, too.
 *
 * Target and prediction are [batch, …, classes or numbers]; the values are [batch, …], without the last axis. It is
 * compiled, see Step: pure, and made of ops that have gradients for the prediction.
 */
export interface Loss {
  (target: tf.Tensor, prediction: tf.Tensor): tf.Tensor;
  /** Which of the values count, as 0 and 1 in their shape; all unless told. */
  counts?(target: tf.Tensor): tf.Tensor;
}

/** Whether the prediction is what comes before a softmax or sigmoid; and how much of the target is spread evenly. */
export interface CrossEntropyOptions {
  /** The prediction is logits, not probabilities (default false). */
  fromLogits?: boolean;
  /** Share of the target that goes to all classes alike (default 0). */
  labelSmoothing?: number;
}

/**
 * The target in float32 and in the prediction's shape: a last axis of 1 may be missing in one of the two.
 *
 * @throws AnchorkitError if their shapes differ otherwise
 */
export function matched(name: string, target: tf.Tensor, prediction: tf.Tensor): [tf.Tensor, tf.Tensor] {
  const [a, b] = [target.shape, prediction.shape];
  const same = a.join() === b.join();
  if (!same && a.join() !== [...b, 1].join() && [...a, 1].join() !== b.join()) throw unlike(name, target, prediction);
  return [same ? target.toFloat() : target.toFloat().reshape(b), prediction.toFloat()];
}

/**
 * {@link matched}, with the axis of the classes moved to the end.
 *
 * @throws AnchorkitError if there is no such axis
 */
export function matchedClasses(
  name: string,
  target: tf.Tensor,
  prediction: tf.Tensor,
  axis = -1,
): [tf.Tensor, tf.Tensor] {
  const [t, p] = matched(name, target, prediction);
  return [axisLast(name, t, axis), axisLast(name, p, axis)];
}

/** The tensor with an axis moved to the end; the others stay in their order. */
export function axisLast(name: string, x: tf.Tensor, axis: number): tf.Tensor {
  const at = axis < 0 ? axis + x.rank : axis;
  if (!Number.isInteger(at) || at < 0 || at >= x.rank) {
    throw new AnchorkitError(
      `${name}: axis is ${axis}, and the prediction has shape ${shown(x)}; give one of its axes`,
    );
  }
  if (at === x.rank - 1) return x;
  return x.transpose([...x.shape.keys()].filter((i) => i !== at).concat(at));
}

/** A target of class indices as int32. The native engine rounds int32 to 0, so that it is made a float first. */
export function classIndices(target: tf.Tensor): tf.Tensor {
  return target.toFloat().round().toInt();
}

/** The mean over the last axis; a list of numbers is a list of samples already. */
export function meanOfLast(values: tf.Tensor): tf.Tensor {
  return values.rank < 2 ? values : values.mean(-1);
}

/** |x| whose gradient at 0 is 0; tfjs's own is -1 there. */
export function absolute(x: tf.Tensor): tf.Tensor {
  return x.mul(x.sign());
}

/** The target with a share of it, 0 to 1, spread evenly over so many classes. */
export function smoothed(target: tf.Tensor, share: number, classes: number): tf.Tensor {
  return share === 0 ? target : target.mul(1 - share).add(share / classes);
}

/** @throws AnchorkitError if an option of a loss does not lie in low..high */
export function checkedOption(name: string, option: string, value: number, low: number, high = Infinity): number {
  if (value >= low && value <= high && value < Infinity) return value;
  const range = high === Infinity ? `${low} or more` : `${low} to ${high}`;
  throw new AnchorkitError(`${name}: ${option} is ${value}; give ${range}`);
}

/** Probabilities moved to where their logarithms are finite, 1e-7 from 0 and from 1, as Keras does. */
export function clippedProbabilities(probabilities: tf.Tensor): tf.Tensor {
  return probabilities.clipByValue(EPSILON, 1 - EPSILON);
}

export function unlike(name: string, target: tf.Tensor, prediction: tf.Tensor, rule = "they must be alike"): Error {
  return new AnchorkitError(`${name}: prediction has shape ${shown(prediction)} and target ${shown(target)}; ${rule}`);
}

/** The shape as messages quote it. */
export function shown(x: tf.Tensor): string {
  return `[${x.shape.join(", ")}]`;
}
