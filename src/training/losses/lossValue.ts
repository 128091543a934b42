import * as tf from "@tensorflow/tfjs";
import { AnchorkitError } from "../../base/errors.ts";
import type { Loss } from "./loss.ts";
import { classIndices, shown } from "./loss.ts";

/** How the values of the samples become one number. */
export type Reduction = "mean" | "sum" | "weighted mean";

export interface LossValueOptions {
  /**
   * A factor for each value: [batch], [batch, 1], or as many more axes as the values have. With the reduction `mean` the
   * sum of the weighted values is divided by their number, as Keras does.
   */
  sampleWeights?: tf.Tensor | undefined;
  /** A factor for the samples of each class, by its index; the target is one-hot, or indices. Those left out have 1. */
  classWeights?: Readonly<Record<number, number>> | readonly number[] | undefined;
  /** Which values count, as bool or 0 and 1, in a shape as those of the sample weights; others are left out of the mean. */
  mask?: tf.Tensor | undefined;
  /** `mean` (default), `sum`, or `weighted mean`: divided by the sum of the weights. */
  reduction?: Reduction;
}

/**
 * One number from a loss on a batch. What a mask leaves out has no part in it, whatever stands there, not a number
 * included: neither in the value nor in the gradient. With nothing left it is 0, and so is its gradient.
 *
 * @throws AnchorkitError if weights or mask do not fit the values, or a class weight is no number of 0 or more
 */
export function lossValue(
  loss: Loss,
  target: tf.Tensor,
  prediction: tf.Tensor,
  { sampleWeights, classWeights, mask, reduction = "mean" }: LossValueOptions = {},
): tf.Scalar {
  const counting = mask && trimmed(mask.cast("bool"));
  const values = loss(cleared(target, counting), cleared(prediction, counting));
  const counted = allOf([counting, loss.counts?.(target).cast("bool")], values, "mask");
  const weights = [
    sampleWeights && fitted(sampleWeights.toFloat(), values, "sampleWeights"),
    classWeights && fitted(weightsOfClasses(target, prediction, classWeights), values, "classWeights"),
  ].filter((weight) => weight !== undefined);
  const weight = weights.length > 0 ? weights.reduce((a, b) => a.mul(b)) : undefined;
  return reduced(values, weight, counted, reduction);
}

function reduced(
  values: tf.Tensor,
  weight: tf.Tensor | undefined,
  counted: tf.Tensor | undefined,
  reduction: Reduction,
): tf.Scalar {
  const kept = counted ? tf.where(counted, values, tf.zerosLike(values)) : values;
  const weighted = weight ? kept.mul(weight) : kept;
  if (reduction === "sum") return weighted.sum();
  const shares = [counted?.toFloat(), reduction === "weighted mean" ? weight : undefined].filter(
    (s) => s !== undefined,
  );
  if (shares.length === 0) return weighted.mean();
  const share = tf.broadcastTo(
    shares.reduce((a, b) => a.mul(b)),
    weighted.shape,
  );
  const sum = share.sum();
  return weighted.sum().div(sum.add(sum.equal(0).toFloat())); // nothing counts: 0 / 1
}

/** Zeros where the mask says that nothing counts; x as it is if the mask is not one of its leading axes. */
function cleared(x: tf.Tensor, counting: tf.Tensor | undefined): tf.Tensor {
  if (!counting || !leads(counting, x)) return x;
  return tf.where(unsqueezed(counting, x.rank), x, tf.zerosLike(x));
}

function allOf(masks: (tf.Tensor | undefined)[], values: tf.Tensor, what: string): tf.Tensor | undefined {
  const given = masks.filter((mask) => mask !== undefined).map((mask) => fitted(mask, values, what));
  return given.length === 0 ? undefined : given.reduce((a, b) => a.logicalAnd(b));
}

/** A factor for each sample: the weight of its class, or the mean over its classes; 1 if it has none. */
function weightsOfClasses(
  target: tf.Tensor,
  prediction: tf.Tensor,
  given: NonNullable<LossValueOptions["classWeights"]>,
): tf.Tensor {
  const oneHot = target.rank > 1 && target.rank === prediction.rank && (target.shape.at(-1) ?? 1) > 1;
  const count = Math.max(...Object.keys(given).map((key) => Number(key) + 1), prediction.shape.at(-1) ?? 1, 2);
  const table = Array.from({ length: count }, (_, k) => (given as Record<number, number>)[k] ?? 1);
  const wrong = table.findIndex((weight) => !(weight >= 0 && weight < Infinity));
  if (wrong >= 0) throw new AnchorkitError(`classWeights: that of class ${wrong} is ${table[wrong]}; give 0 or more`);
  if (!oneHot) {
    const labels = target.rank > 1 ? trimmed(target) : target;
    return tf.oneHot(classIndices(labels), count).toFloat().mul(tf.tensor1d(table)).sum(-1); // prettier-ignore
  }
  const shares = target.toFloat();
  const [weighted, sum] = [shares.mul(tf.tensor1d(table.slice(0, target.shape.at(-1)))).sum(-1), shares.sum(-1)];
  return tf.where(sum.greater(0), weighted.div(sum.maximum(1e-7)), tf.onesLike(sum));
}

/**
 * Weights or a mask with axes of 1 added, or a last axis of 1 taken away, so that they are multiplied with the values.
 * One value for the whole batch has whatever the weights are on average.
 */
function fitted(x: tf.Tensor, values: tf.Tensor, what: string): tf.Tensor {
  if (values.rank === 0 && x.rank > 0) return x.dtype === "bool" ? x.any() : x.mean();
  const own = trimmed(x);
  if (!leads(own, values)) {
    const want = "give one for each value, or for each sample";
    throw new AnchorkitError(`${what}: has shape ${shown(x)}, and the values of the loss ${shown(values)}; ${want}`);
  }
  return unsqueezed(own, values.rank);
}

/** Without a last axis of 1. */
function trimmed(x: tf.Tensor): tf.Tensor {
  return x.rank > 1 && x.shape.at(-1) === 1 ? x.squeeze([-1]) : x;
}

/** True if the axes of `x` are the first ones of `y`, or 1. */
function leads(x: tf.Tensor, y: tf.Tensor): boolean {
  return x.rank <= y.rank && x.shape.every((side, i) => side === 1 || side === y.shape[i]);
}

function unsqueezed(x: tf.Tensor, rank: number): tf.Tensor {
  return x.reshape([...x.shape, ...Array.from({ length: rank - x.rank }, () => 1)]);
}
