import * as tf from "@tensorflow/tfjs";
import { runLoop } from "../../../engine/graph/loop.ts";
import { ACTIVATIONS, type ActivationName } from "../activations.ts";
import type { Product, ProductOf } from "./product.ts";
import { bySlope, recur, type Recurrence, type Taken } from "./recurrence.ts";

export interface LstmOptions {
  activation: ActivationName;
  recurrentActivation: ActivationName;
  /** Whether gradients flow through c, too. */
  throughCells: boolean;
}

/**
 * An LSTM (Hochreiter and Schmidhuber, 1997; with forget gates, Gers et al., 2000) over all steps of a batch:
 * c' = f c + i g and h' = o tanh(c'). The gates i, f, g, o stand side by side on the last axis, in Keras's order.
 *
 * BlockLSTMV2, TensorFlow's own op for all steps, takes three times as long as this loop of plain ops.
 *
 * @param inputs what the inputs and the bias add to the gates, [time, batch, ..., 4 units]
 * @param initial h and c before the first step, [batch, ..., units] each
 * @param product what h is multiplied with
 * @returns h and c after every step, [time, batch, ..., units] each
 */
export function lstm(
  inputs: tf.Tensor,
  initial: readonly [h: tf.Tensor, c: tf.Tensor],
  { weights, fixed = [], made }: ProductOf,
  options: LstmOptions,
): [h: tf.Tensor, c: tf.Tensor] {
  const run = { inputs, initial, weights: [weights], fixed, all: options.throughCells };
  const found = recur(([matrix], others) => cell(made(matrix as tf.Tensor, others), options), run);
  return found as [tf.Tensor, tf.Tensor];
}

function cell(product: Product, { activation, recurrentActivation, throughCells }: LstmOptions): Recurrence {
  const [squash, gate] = [ACTIVATIONS[activation], ACTIVATIONS[recurrentActivation]];

  function step(input: tf.Tensor, [h, c]: readonly tf.Tensor[]) {
    const sums = input.add(product.forward(h as tf.Tensor));
    const [i, f, g, o] = gatesOf(sums);
    const next = tf.add(gate(f).mul(c as tf.Tensor), gate(i).mul(squash(g)));
    return { states: [gate(o).mul(squash(next)), next], kept: [sums] };
  }

  function gradients({ initial, before, after, kept: [all], upstream }: Taken) {
    const [h, c] = before as [tf.Tensor, tf.Tensor];
    const sums = gatesOf(all as tf.Tensor);
    const [i, f, o] = [gate(sums[0]), gate(sums[1]), gate(sums[3])];
    const g = squash(sums[2]);
    const end = after[1] as tf.Tensor;
    const out = squash(end);
    // What the gates' sums change of c' (the last one's of h'), and what c' changes of h'.
    const factors = tf.concat(
      [
        bySlope(recurrentActivation, sums[0], i, g),
        bySlope(recurrentActivation, sums[1], f, c),
        bySlope(activation, sums[2], g, i),
        bySlope(recurrentActivation, sums[3], o, out),
      ],
      -1,
    );
    const through = bySlope(activation, end, out, o);
    const [dh, dc] = upstream as [tf.Tensor, tf.Tensor];
    const { carried, kept } = runLoop({
      scanned: [dh, through, factors, f, ...(throughCells ? [dc] : [])],
      carried: initial.map((state) => tf.zerosLike(state)),
      backwards: true,
      body([own, through, factors, f, ownCell], [later, laterCell]) {
        const h = tf.add(own as tf.Tensor, later as tf.Tensor);
        const sum = tf.add(laterCell as tf.Tensor, h.mul(through as tf.Tensor));
        const c = ownCell ? sum.add(ownCell) : sum;
        const sums = tf.concat([c, c, c, h], -1).mul(factors as tf.Tensor);
        return { carried: [product.backward(sums), c.mul(f as tf.Tensor)], kept: [sums] };
      },
    });
    const [gradient] = kept as [tf.Tensor];
    return { inputs: gradient, initial: carried, weights: [product.weights(h, gradient)] };
  }

  return { step, gradients };
}

function gatesOf(sums: tf.Tensor): [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor] {
  return tf.split(sums, 4, -1) as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
}
