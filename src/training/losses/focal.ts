import * as tf from "@tensorflow/tfjs";
import { crossEntropyOfProbabilities, sharesOf } from "./crossEntropy.ts";
import { sigmoidCrossEntropy } from "./elementwise.ts";
import type { CrossEntropyOptions, Loss } from "./loss.ts";
import { checkedOption, clippedProbabilities, EPSILON, matchedClasses, meanOfLast, smoothed } from "./loss.ts";

export interface FocalOptions extends CrossEntropyOptions {
  /** A factor of all (categorical), or of positives, that of negatives being 1 - alpha (binary); default 0.25. */
  alpha?: number;
  /** The higher, the less those count that are learnt already (default 2). */
  gamma?: number;
  /** The axis of the classes (default the last). */
  axis?: number;
}

export interface BinaryFocalOptions extends FocalOptions {
  /** Whether `alpha` is used (default false, as in Keras). */
  applyClassBalancing?: boolean;
}

/**
 * -sum over classes of alpha * (1 - p)^gamma * target * log(p): Keras's `categorical_focal_crossentropy` (Lin et al.,
 * "Focal loss for dense object detection", 2017). Probabilities are kept 1e-7 from 0 and 1, those of logits too.
 *
 * target and prediction [batch, …, classes] -> [batch, …]
 */
export function categoricalFocalCrossentropy(options: FocalOptions = {}): Loss {
  const name = "categoricalFocalCrossentropy";
  const { fromLogits = false, alpha = 0.25, axis } = options;
  const { gamma, smoothing } = checkedOptions(name, options);
  return (target, prediction) => {
    const [t, given] = matchedClasses(name, target, prediction, axis);
    const p = clippedProbabilities(sharesOf(fromLogits ? tf.softmax(given) : given));
    const soft = smoothed(t, smoothing, t.shape.at(-1) ?? 1);
    return soft.mul(p.log()).mul(power(tf.sub(1, p), gamma)).sum(-1).mul(-alpha); // prettier-ignore
  };
}

/**
 * The mean over the last axis of (1 - p)^gamma times the binary cross-entropy, p being the probability of the target:
 * Keras's `binary_focal_crossentropy`. Probabilities that are given as such are kept 1e-7 from 0 and 1.
 *
 * target and prediction [batch, …, labels] -> [batch, …]
 */
export function binaryFocalCrossentropy(options: BinaryFocalOptions = {}): Loss {
  const name = "binaryFocalCrossentropy";
  const { fromLogits = false, alpha = 0.25, applyClassBalancing = false, axis } = options;
  const { gamma, smoothing } = checkedOptions(name, options);
  return (target, prediction) => {
    const [hard, given] = matchedClasses(name, target, prediction, axis);
    const t = smoothed(hard, smoothing, 2);
    const p = fromLogits ? tf.sigmoid(given) : given;
    const entropy = fromLogits ? sigmoidCrossEntropy(given, t) : crossEntropyOfProbabilities(t, p);
    const against = t.mul(tf.sub(1, p)).add(tf.sub(1, t).mul(p)); // 1 - the probability of the target
    const values = entropy.mul(power(against.maximum(EPSILON), gamma));
    return meanOfLast(applyClassBalancing ? values.mul(t.mul(2 * alpha - 1).add(1 - alpha)) : values);
  };
}

function checkedOptions(name: string, { gamma = 2, labelSmoothing = 0 }: FocalOptions) {
  return {
    gamma: checkedOption(name, "gamma", gamma, 0),
    smoothing: checkedOption(name, "labelSmoothing", labelSmoothing, 0, 1),
  };
}

/** x^exponent; 1 whose gradient is 0 for the exponent 0. */
function power(x: tf.Tensor, exponent: number): tf.Tensor {
  return exponent === 0 ? tf.onesLike(x) : x.pow(exponent);
}
