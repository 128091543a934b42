import * as tf from "@tensorflow/tfjs";
import { ACTIVATIONS, type ActivationName } from "../activations.ts";
import { project } from "./lstm.ts";
import { scan } from "./scan.ts";

/** Weights of a GRU, the gates side by side in Keras's order: update, reset, candidate. */
export interface GruWeights {
  /** [features, 3 units] */
  kernel: tf.Tensor2D;
  /** [units, 3 units] */
  recurrentKernel: tf.Tensor2D;
  /** [2, 3 units] with `resetAfter`, of the input and of the state, else [3 units] */
  bias: tf.Tensor | undefined;
}

export interface GruOptions {
  activation: ActivationName;
  recurrentActivation: ActivationName;
  /** Whether the reset gate comes after the product with the state (as in cuDNN), or before it (Cho et al., 2014). */
  resetAfter: boolean;
}

/**
 * A gated recurrent unit (Cho et al., 2014) over all steps of a batch: h' = z h + (1 - z) candidate.
 *
 * @param x [time, batch, features] @param h the state before the first step, [batch, units]
 * @returns h after every step, [time, batch, units]
 */
export function gru(
  x: tf.Tensor3D,
  h: tf.Tensor2D,
  { kernel, recurrentKernel, bias }: GruWeights,
  { activation, recurrentActivation, resetAfter }: GruOptions,
): tf.Tensor3D {
  const units = h.shape[1];
  const [squash, gate] = [ACTIVATIONS[activation], ACTIVATIONS[recurrentActivation]];
  const [own, inner] = (bias && resetAfter ? tf.unstack(bias) : [bias]) as [tf.Tensor1D?, tf.Tensor1D?];
  const projected = project(x, kernel, own);
  const gates = recurrentKernel.slice([0, 0], [-1, 2 * units]);
  const last = recurrentKernel.slice([0, 2 * units], [-1, -1]);
  const [hs] = scan(projected, [h], (input, states) => {
    const before = states[0] as tf.Tensor2D;
    const [inputGates, inputLast] = tf.split(input, [2 * units, units], -1) as [tf.Tensor, tf.Tensor];
    const product = resetAfter ? tf.matMul(before, recurrentKernel) : tf.matMul(before, gates);
    const sums = inner ? product.add(inner) : product;
    const ofGates = resetAfter ? sums.slice([0, 0], [-1, 2 * units]) : sums;
    const [z, r] = tf.split(gate(inputGates.add(ofGates)), 2, -1) as [tf.Tensor, tf.Tensor2D];
    const candidate = resetAfter ? r.mul(sums.slice([0, 2 * units], [-1, -1])) : tf.matMul(r.mul(before), last);
    const next = squash(inputLast.add(candidate));
    return [next.add(z.mul(before.sub(next)))];
  });
  return hs as tf.Tensor3D;
}
