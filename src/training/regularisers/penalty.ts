import * as tf from "@tensorflow/tfjs";
import { AnchorkitError } from "../../base/errors.ts";
import { namedWeights } from "../../core/namedWeights.ts";
import { absolute, checkedOption } from "../losses/loss.ts";

/** What a weight adds to the loss, a scalar. */
export type Penalty = (weight: tf.Tensor) => tf.Scalar;

/** l1 * sum |w|: Keras's `L1`. The gradient at 0 is 0. */
export function l1(amount = 0.01): Penalty {
  return elasticNet({ l1: amount, l2: 0 });
}

/** l2 * sum w²: Keras's `L2`. */
export function l2(amount = 0.01): Penalty {
  return elasticNet({ l1: 0, l2: amount });
}

/** l1 * sum |w| + l2 * sum w² (Zou and Hastie, "elastic net", 2005): Keras's `L1L2`. */
export function elasticNet({ l1: first, l2: second }: { l1: number; l2: number }): Penalty {
  checkedOption("elasticNet", "l1", first, 0);
  checkedOption("elasticNet", "l2", second, 0);
  return (weight) => {
    const parts: tf.Scalar[] = [];
    if (first > 0) parts.push(absolute(weight).sum<tf.Scalar>().mul(first));
    if (second > 0) parts.push(weight.square().sum<tf.Scalar>().mul(second));
    return parts.length > 0 ? tf.addN(parts) : tf.scalar(0);
  };
}

/**
 * The penalty of a model's weights that train, a scalar that a task adds to its losses.
 *
 * @param of which weights, by their names such as "head/kernel"; every kernel unless told: not biases, gamma and beta
 * @throws AnchorkitError if it is none
 */
export function weightPenalty(
  model: tf.LayersModel,
  penalty: Penalty,
  of: (name: string) => boolean = isKernel,
): tf.Scalar {
  const chosen = [...namedWeights(model)].filter(([name, weight]) => weight.trainable && of(name));
  if (chosen.length === 0) throw new AnchorkitError(`weightPenalty: no weight of ${model.name} that trains was chosen`);
  return tf.addN(chosen.map(([, weight]) => penalty(weight)));
}

function isKernel(name: string): boolean {
  return /(?:^|[/_])kernel$/.test(name);
}
