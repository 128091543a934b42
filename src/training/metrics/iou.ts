import * as tf from "@tensorflow/tfjs";
import { sum } from "../../base/statistics.ts";
import { AnchorkitError } from "../../base/errors.ts";
import { EPSILON, shown, unlike } from "../losses/loss.ts";
import { type Metric, metricOf, spread, summed } from "./metric.ts";

export interface OneHotMeanIouOptions {
  /** How many classes there are; as many as the prediction has on its last axis unless told. */
  numClasses?: number;
  /** Targets of this class do not count, -1 or 255 say. */
  ignoreClass?: number;
  /** The prediction is indices of classes, not a number for each class (default false). */
  sparseYPred?: boolean;
}

export interface MeanIouOptions extends OneHotMeanIouOptions {
  /** The target is indices of classes, not a number for each class (default true). */
  sparseYTrue?: boolean;
  /**
   * The prediction is indices of classes, not a number for each class. As in Keras that is the default where `numClasses`
   * is given; without it the prediction has a number for each class, which says how many there are.
   */
  sparseYPred?: boolean;
}

/** Whose IoU is meant. */
interface TargetClasses {
  /** The classes whose IoUs the mean is of; all unless told. */
  targetClassIds?: readonly number[];
}

/**
 * The mean over the classes of what target and prediction share / what either of the two has: Keras's `mean_io_u`, from
 * the confusion matrix of everything. Classes that neither has do not count; with none left it is 0. Indices that are no
 * class do not count. Weights may be fractions, which Keras cuts to whole numbers unless its dtype is told.
 *
 * target [batch, …] or [batch, …, 1], prediction the same or [batch, …, classes]
 */
export function meanIou(options: MeanIouOptions = {}): Metric {
  return confusionIou("mean_io_u", options);
}

/** The mean IoU of the classes that are told: Keras's `io_u`. See {@link meanIou}. */
export function classIou(options: MeanIouOptions & TargetClasses = {}): Metric {
  return confusionIou("io_u", options);
}

/** {@link meanIou} for targets of a number for each class: Keras's `one_hot_mean_io_u`. */
export function oneHotMeanIou({ sparseYPred = false, ...options }: OneHotMeanIouOptions = {}): Metric {
  return confusionIou("one_hot_mean_io_u", { ...options, sparseYTrue: false, sparseYPred });
}

/** {@link classIou} for targets of a number for each class: Keras's `one_hot_io_u`. */
export function oneHotIou({ sparseYPred = false, ...options }: OneHotMeanIouOptions & TargetClasses = {}): Metric {
  return confusionIou("one_hot_io_u", { ...options, sparseYTrue: false, sparseYPred });
}

/** Which predictions are class 1: those of the threshold and above (default 0.5). */
export interface BinaryIouOptions extends TargetClasses {
  threshold?: number;
}

/**
 * The mean of the IoUs of 0 and 1, or of those that are told: Keras's `binary_io_u`. See {@link meanIou}.
 *
 * target of 0 and 1 and prediction, both of one shape, or one of them with a further last axis of 1
 */
export function binaryIou({ threshold = 0.5, targetClassIds }: BinaryIouOptions = {}): Metric {
  const name = "binary_io_u";
  const own = confusionIou(name, { numClasses: 2, ...(targetClassIds && { targetClassIds }) });
  return { ...own, sums: (target, prediction, weights) => own.sums(target, prediction.greaterEqual(threshold).toInt(), weights) }; // prettier-ignore
}

function confusionIou(name: string, options: MeanIouOptions & TargetClasses): Metric {
  const { numClasses, ignoreClass, targetClassIds, sparseYTrue = true } = options;
  const { sparseYPred = numClasses !== undefined } = options;
  checkClasses(name, options, sparseYPred);
  return metricOf({
    name,
    better: "higher",
    sums(target, prediction, weights) {
      const t = (sparseYTrue ? target : target.argMax(-1)).toInt();
      const p = (sparseYPred ? prediction : prediction.argMax(-1)).toInt();
      if (t.size !== p.size) {
        const want =
          sparseYTrue && !sparseYPred ? "the target names a class for each prediction" : "they must be alike";
        throw unlike(name, target, prediction, want);
      }
      const classes = numClasses ?? prediction.shape.at(-1) ?? 0;
      if (targetClassIds?.some((id) => id >= classes)) {
        throw new AnchorkitError(`${name}: targetClassIds is ${targetClassIds.join()}, and the prediction has shape ${shown(prediction)}; give 0 to ${classes - 1}`); // prettier-ignore
      }
      const share = spread(weights, t.rank).mul(tf.onesLike(t).toFloat()).flatten();
      const confusion = confusionSums(t.flatten(), p.flatten(), share, classes, ignoreClass);
      return { confusion: confusion.reshape([classes, classes]) };
    },
    value: (sums) => meanIouOf(summed(sums, "confusion"), targetClassIds),
  });
}

/** Weights by target and prediction, [classes²]; those of no class, and those of the ignored one, are left out. */
function confusionSums(
  t: tf.Tensor,
  p: tf.Tensor,
  weights: tf.Tensor,
  classes: number,
  ignoreClass?: number,
): tf.Tensor {
  const scalar = (value: number): tf.Tensor => tf.scalar(value, "int32");
  const isClass = (x: tf.Tensor): tf.Tensor => x.greaterEqual(scalar(0)).logicalAnd(x.less(scalar(classes)));
  const exist = isClass(t).logicalAnd(isClass(p));
  const counts = ignoreClass === undefined ? exist : exist.logicalAnd(t.notEqual(scalar(ignoreClass)));
  const cell = tf.where(counts, t.mul(scalar(classes)).add(p), tf.zerosLike(t));
  return tf.unsortedSegmentSum(weights.mul(counts.toFloat()), cell.flatten(), classes * classes);
}

function meanIouOf(confusion: Float64Array, targetClassIds: readonly number[] | undefined): number {
  const classes = Math.round(Math.sqrt(confusion.length));
  const at = (row: number, column: number): number => confusion[row * classes + column] ?? 0;
  const all = [...Array(classes).keys()];
  const ious = (targetClassIds ?? all).flatMap((id) => {
    const either = sum(all.map((other) => at(id, other) + at(other, id))) - at(id, id);
    return either > 1e-9 ? [at(id, id) / (either + EPSILON)] : [];
  });
  return sum(ious) / (ious.length + EPSILON);
}

function checkClasses(name: string, options: MeanIouOptions & TargetClasses, sparseYPred: boolean): void {
  const { numClasses, targetClassIds } = options;
  if (numClasses === undefined && sparseYPred) {
    throw new AnchorkitError(`${name}: numClasses is missing, and predictions that are indices do not say it; give it`);
  }
  if (numClasses !== undefined && !(Number.isInteger(numClasses) && numClasses > 0)) {
    throw new AnchorkitError(`${name}: numClasses is ${numClasses}; give a whole number of 1 or more`);
  }
  const isId = (id: number): boolean => Number.isInteger(id) && id >= 0 && id < (numClasses ?? Infinity);
  const wrong = targetClassIds?.find((id) => !isId(id));
  if (wrong !== undefined) {
    const range = numClasses === undefined ? "0 or more" : `0 to ${numClasses - 1}`;
    throw new AnchorkitError(`${name}: targetClassIds has ${wrong}; give whole numbers of ${range}`);
  }
}
