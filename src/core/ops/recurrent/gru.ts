import * as tf from "@tensorflow/tfjs";
import { runLoop } from "../../../engine/graph/loop.ts";
import { ACTIVATIONS, type ActivationName } from "../activations.ts";
import { addBias } from "../dense.ts";
import type { Product, ProductOf } from "./product.ts";
import { bySlope, recur, type Recurrence, type Taken } from "./recurrence.ts";

export interface GruOptions {
  activation: ActivationName;
  recurrentActivation: ActivationName;
}

/**
 * A gated recurrent unit (Cho et al., 2014) over all steps of a batch, its reset gate after the product with the state,
 * as cuDNN and Keras have it: h' = z h + (1 - z) n, n = tanh(x + r (U h + b)). The gates z, r, n stand side by side on
 * the last axis, in Keras's order.
 *
 * @param inputs what the inputs and their bias add to the gates, [time, batch, 3 units]
 * @param initial h before the first step, [batch, units] @param state the product with h
 * @returns h after every step, [time, batch, units]
 */
export function gruResetAfter(
  inputs: tf.Tensor,
  initial: tf.Tensor,
  { weights, fixed = [], made, bias }: ProductOf & { bias: tf.Tensor | undefined },
  options: GruOptions,
): tf.Tensor {
  const run = { inputs, initial: [initial], weights: bias ? [weights, bias] : [weights], fixed };
  const of = ([matrix, ...biases]: tf.Tensor[], others: tf.Tensor[]): Recurrence =>
    cellAfter(made(matrix as tf.Tensor, others), biases[0], options);
  return recur(of, run)[0] as tf.Tensor;
}

function cellAfter(
  product: Product,
  bias: tf.Tensor | undefined,
  { activation, recurrentActivation }: GruOptions,
): Recurrence {
  const [squash, gate] = [ACTIVATIONS[activation], ACTIVATIONS[recurrentActivation]];
  const multiply = (h: tf.Tensor): tf.Tensor => (bias ? addBias(product.forward(h), bias) : product.forward(h));

  function step(input: tf.Tensor, [h]: readonly tf.Tensor[]) {
    const [before, sums] = [h as tf.Tensor, multiply(h as tf.Tensor)];
    const [[inputGates, inputNew], [ownGates, ownNew]] = [lastApart(input), lastApart(sums)];
    const [z, r] = halves(gate(inputGates.add(ownGates)));
    const fresh = squash(inputNew.add(r.mul(ownNew)));
    return { states: [fresh.add(z.mul(before.sub(fresh)))], kept: [sums] };
  }

  function gradients({ inputs: given, initial, before, kept: [own], upstream }: Taken) {
    const [h, dy] = [before[0] as tf.Tensor, upstream[0] as tf.Tensor];
    const [[inputGates, inputNew], [ownGates, ownNew]] = [lastApart(given), lastApart(own as tf.Tensor)];
    const gateSums = inputGates.add(ownGates);
    const gates = gate(gateSums);
    const [z, r] = halves(gates);
    const newSum = inputNew.add(r.mul(ownNew));
    const fresh = squash(newSum);
    const ofNew = bySlope(activation, newSum, fresh, tf.sub(1, z)); // what its sum changes of h'
    const ofGates = tf.concat([h.sub(fresh), ofNew.mul(ownNew)], -1);
    const factors = tf.concat([bySlope(recurrentActivation, gateSums, gates, ofGates), ofNew.mul(r)], -1);
    const { carried, kept } = runLoop({
      scanned: [dy, factors, z],
      carried: initial.map((state) => tf.zerosLike(state)),
      backwards: true,
      body([own, factors, z], [later]) {
        const dh = tf.add(own as tf.Tensor, later as tf.Tensor);
        const sums = tf.concat([dh, dh, dh], -1).mul(factors as tf.Tensor);
        return { carried: [dh.mul(z as tf.Tensor).add(product.backward(sums))], kept: [sums, dh] };
      },
    });
    const [sums, dh] = kept as [tf.Tensor, tf.Tensor];
    const [gateGradients] = lastApart(sums);
    return {
      inputs: tf.concat([gateGradients, dh.mul(ofNew)], -1),
      initial: carried,
      weights: [product.weights(h, sums), ...(bias ? [sums.sum([0, 1])] : [])],
    };
  }

  return { step, gradients };
}

/**
 * The same with the reset gate before the product, as in the paper: n = tanh(x + U (r h)).
 *
 * @param gates the product with h for z and r, [units, 2 units] @param last that with r h for n, [units, units]
 */
export function gruResetBefore(
  inputs: tf.Tensor,
  initial: tf.Tensor,
  { gates, last }: Record<"gates" | "last", ProductOf>,
  options: GruOptions,
): tf.Tensor {
  const [ofGates = [], ofLast = []] = [gates.fixed, last.fixed];
  const run = { inputs, initial: [initial], weights: [gates.weights, last.weights], fixed: [...ofGates, ...ofLast] };
  const of = ([first, second]: tf.Tensor[], fixed: tf.Tensor[]): Recurrence => {
    const own = gates.made(first as tf.Tensor, fixed.slice(0, ofGates.length));
    return cellBefore(own, last.made(second as tf.Tensor, fixed.slice(ofGates.length)), options);
  };
  return recur(of, run)[0] as tf.Tensor;
}

function cellBefore(ofGates: Product, ofNew: Product, { activation, recurrentActivation }: GruOptions): Recurrence {
  const [squash, gate] = [ACTIVATIONS[activation], ACTIVATIONS[recurrentActivation]];

  function step(input: tf.Tensor, [h]: readonly tf.Tensor[]) {
    const before = h as tf.Tensor;
    const [inputGates, inputNew] = lastApart(input);
    const gateSums = inputGates.add(ofGates.forward(before));
    const [z, r] = halves(gate(gateSums));
    const newSum = inputNew.add(ofNew.forward(r.mul(before)));
    const fresh = squash(newSum);
    return { states: [fresh.add(z.mul(before.sub(fresh)))], kept: [gateSums, newSum] };
  }

  function gradients({ initial, before, kept: sums, upstream }: Taken) {
    const [h, dy] = [before[0] as tf.Tensor, upstream[0] as tf.Tensor];
    const [gateSums, newSum] = sums as [tf.Tensor, tf.Tensor];
    const gates = gate(gateSums);
    const [z, r] = halves(gates);
    const fresh = squash(newSum);
    const factors = bySlope(recurrentActivation, gateSums, gates, tf.concat([h.sub(fresh), h], -1)); // of h' and of r h
    const { carried, kept } = runLoop({
      scanned: [dy, bySlope(activation, newSum, fresh, tf.sub(1, z)), factors, z, r],
      carried: initial.map((state) => tf.zerosLike(state)),
      backwards: true,
      body([own, ofSum, factors, z, r], [later]) {
        const dh = tf.add(own as tf.Tensor, later as tf.Tensor);
        const dNew = dh.mul(ofSum as tf.Tensor);
        const dReset = ofNew.backward(dNew);
        const dGates = tf.concat([dh, dReset], -1).mul(factors as tf.Tensor);
        const direct = dh.mul(z as tf.Tensor).add(dReset.mul(r as tf.Tensor));
        return { carried: [direct.add(ofGates.backward(dGates))], kept: [dGates, dNew] };
      },
    });
    const [dGates, dNew] = kept as [tf.Tensor, tf.Tensor];
    return {
      inputs: tf.concat([dGates, dNew], -1),
      initial: carried,
      weights: [ofGates.weights(h, dGates), ofNew.weights(r.mul(h), dNew)],
    };
  }

  return { step, gradients };
}

/** [..., 3 units] -> what z and r have, [..., 2 units], and what the new state has, [..., units]. */
function lastApart(x: tf.Tensor): [tf.Tensor, tf.Tensor] {
  const units = (x.shape.at(-1) ?? 0) / 3;
  return tf.split(x, [2 * units, units], -1) as [tf.Tensor, tf.Tensor];
}

function halves(x: tf.Tensor): [tf.Tensor, tf.Tensor] {
  return tf.split(x, 2, -1) as [tf.Tensor, tf.Tensor];
}
