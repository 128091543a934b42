import * as tf from "@tensorflow/tfjs";
import { runLoop } from "../../../engine/graph/loop.ts";
import { ACTIVATIONS, type ActivationName } from "../activations.ts";
import type { Product, ProductOf } from "./product.ts";
import { bySlope, recur, type Recurrence, type Taken } from "./recurrence.ts";

/**
 * A plain recurrent network (Elman, 1990) over all steps of a batch: h' = f(x + U h).
 *
 * @param inputs what the inputs and the bias add, [time, batch, units]
 * @param initial h before the first step, [batch, units] @param state the product with h
 * @returns h after every step, [time, batch, units]
 */
export function simpleRnn(
  inputs: tf.Tensor,
  initial: tf.Tensor,
  { weights, fixed = [], made }: ProductOf,
  activation: ActivationName,
): tf.Tensor {
  const run = { inputs, initial: [initial], weights: [weights], fixed };
  return recur(([matrix], others) => cell(made(matrix as tf.Tensor, others), activation), run)[0] as tf.Tensor;
}

function cell(product: Product, activation: ActivationName): Recurrence {
  const squash = ACTIVATIONS[activation];

  function step(input: tf.Tensor, [h]: readonly tf.Tensor[]) {
    const sum = input.add(product.forward(h as tf.Tensor));
    return { states: [squash(sum)], kept: [sum] };
  }

  function gradients({ initial, before, after, kept: [sum], upstream }: Taken) {
    const h = before[0] as tf.Tensor;
    const y = after[0] as tf.Tensor;
    const factors = bySlope(activation, sum as tf.Tensor, y, tf.onesLike(y));
    const { carried, kept } = runLoop({
      scanned: [upstream[0] as tf.Tensor, factors],
      carried: initial.map((state) => tf.zerosLike(state)),
      backwards: true,
      body([own, factors], [later]) {
        const sums = tf.add(own as tf.Tensor, later as tf.Tensor).mul(factors as tf.Tensor);
        return { carried: [product.backward(sums)], kept: [sums] };
      },
    });
    const [all] = kept as [tf.Tensor];
    return { inputs: all, initial: carried, weights: [product.weights(h, all)] };
  }

  return { step, gradients };
}
