import * as tf from "@tensorflow/tfjs";
import { normalizing, type Statistics } from "../core/layers/batchNorm.ts";
import { seeded } from "../core/randomness.ts";
import { collectUpdates } from "../core/updates.ts";
import type { NamedTensors, Updates } from "../engine/graph/step.ts";

export interface ForwardOptions {
  /** What layers such as Dropout draw from, int32; a compiled step is fed it. Without, a step cannot have such layers. */
  seed?: tf.Scalar | undefined;
  /** What batch normalisation uses; each layer decides for itself unless told, see BatchNorm. */
  statistics?: Statistics | undefined;
}

/**
 * A forward pass, and the gradients of its loss: what `tf.GradientTape` is in Keras's custom loops. It can be part of a
 * step, which compiles it together with the update of the weights:
 *
 * ```ts
 * const { outputs, gradients: found, updates } = gradients(() => ({ loss: lossValue(loss, y, predict(x)) }), weights, { seed });
 * return { outputs, updates: new Map([...updates, ...optimizer.update(found, learningRate, step)]) };
 * ```
 *
 * @param forward gives the loss, a scalar, and what else is to come out
 * @param weights what the gradients are taken for
 * @returns what `forward` gave; the gradients, of those weights alone that have a part in the loss; and new values that
 * layers have computed on the way, as the moving averages of batch normalisation. The caller disposes of all.
 * @throws if none of the weights has a part in the loss
 */
export function gradients(
  forward: () => NamedTensors & { loss: tf.Tensor },
  weights: readonly tf.Variable[],
  { seed, statistics }: ForwardOptions = {},
): { outputs: NamedTensors & { loss: tf.Scalar }; gradients: Map<tf.Variable, tf.Tensor>; updates: Updates } {
  let others: NamedTensors = {};
  const loss = (): tf.Scalar => {
    const { loss: total, ...more } = forward();
    others = Object.fromEntries(Object.entries(more).map(([name, tensor]) => [name, tf.keep(tensor.clone())]));
    return total as tf.Scalar;
  };
  const pass = () => collectUpdates(() => tf.variableGrads(loss, [...weights]));
  const drawing = seed ? () => seeded(seed, pass) : pass;
  const { result, updates } = statistics ? normalizing(statistics, drawing) : drawing();
  const grads: Record<string, tf.Tensor | null> = result.grads; // null where the loss does not depend on a weight
  const found = weights.flatMap((weight) => {
    const gradient = grads[weight.name];
    return gradient ? [[weight, gradient] as const] : [];
  });
  return { outputs: { ...others, loss: result.value }, gradients: new Map(found), updates };
}
