import * as tf from "@tensorflow/tfjs";
import { nativeOp, toInt64 } from "../../../engine/graph/nativeOp.ts";
import { usesNativeOps } from "../../../engine/graph/target.ts";
import { ACTIVATIONS, type ActivationName } from "../activations.ts";
import { scan } from "./scan.ts";

/** Weights of an LSTM, the gates side by side in Keras's order: input, forget, candidate, output. */
export interface LstmWeights {
  /** [features, 4 units] */
  kernel: tf.Tensor2D;
  /** [units, 4 units] */
  recurrentKernel: tf.Tensor2D;
  /** [4 units] */
  bias: tf.Tensor1D | undefined;
}

export interface LstmOptions {
  activation: ActivationName;
  recurrentActivation: ActivationName;
  /** The number of steps that have to be computed, int32; the others give zeros or anything. */
  longest?: tf.Scalar | undefined;
}

/**
 * An LSTM (Hochreiter and Schmidhuber, 1997; with forget gates, Gers et al., 2000) over all steps of a batch.
 *
 * @param x [time, batch, features] @param initial h and c before the first step, [batch, units] each
 * @returns h and c after every step, [time, batch, units] each
 */
export function lstm(
  x: tf.Tensor3D,
  [h, c]: readonly [h: tf.Tensor2D, c: tf.Tensor2D],
  weights: LstmWeights,
  options: LstmOptions,
): [h: tf.Tensor3D, c: tf.Tensor3D] {
  const { activation, recurrentActivation } = options;
  if (usesNativeOps() && activation === "tanh" && recurrentActivation === "sigmoid") {
    return fusedLstm(x, h, c, weights, options.longest);
  }
  const projected = project(x, weights.kernel, weights.bias);
  const [squash, gate] = [ACTIVATIONS[activation], ACTIVATIONS[recurrentActivation]];
  const [hs, cs] = scan(projected, [h, c], (input, [before, cell]) => {
    const sums = input.add(tf.matMul(before as tf.Tensor2D, weights.recurrentKernel));
    const [i, f, g, o] = tf.split(sums, 4, -1) as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
    const next = gate(f).mul(cell as tf.Tensor).add(gate(i).mul(squash(g))); // prettier-ignore
    return [gate(o).mul(squash(next)), next];
  });
  return [hs as tf.Tensor3D, cs as tf.Tensor3D];
}

/** x · kernel + bias for all steps at once: [time, batch, features] -> [time, batch, outputs]. */
export function project(x: tf.Tensor3D, kernel: tf.Tensor2D, bias: tf.Tensor1D | undefined): tf.Tensor3D {
  const [time, batch, features] = x.shape;
  const product = tf.matMul(x.reshape([time * batch, features]), kernel);
  return (bias ? product.add(bias) : product).reshape([time, batch, -1]);
}

const ATTRIBUTES = { T: "float32", cell_clip: 0, use_peephole: false };

/** BlockLSTMV2 and its gradient, whose gates are in Keras's order. */
function fusedLstm(
  x: tf.Tensor3D,
  h: tf.Tensor2D,
  c: tf.Tensor2D,
  { kernel, recurrentKernel, bias }: LstmWeights,
  longest: tf.Scalar | undefined,
): [tf.Tensor3D, tf.Tensor3D] {
  const [time] = x.shape;
  const units = h.shape[1];
  const w = tf.concat([kernel, recurrentKernel], 0);
  const b = bias ?? tf.zeros([4 * units]);
  const none = tf.zeros([units]); // peepholes
  const withGradient = tf.customGrad((...args) => {
    const save = args.at(-1) as tf.GradSaveFunc;
    const given = [toInt64(longest ?? tf.scalar(time, "int32")), x, c, h, w, none, none, none, b];
    const outputs = nativeOp("BlockLSTMV2", ATTRIBUTES, given, 7);
    save([...given, ...outputs]);
    return {
      value: tf.stack([outputs[6], outputs[1]]),
      gradFunc: (dy, saved) => {
        const [dh, dc] = tf.unstack(dy) as [tf.Tensor, tf.Tensor];
        const found = nativeOp("BlockLSTMGradV2", { use_peephole: false, T: "float32" }, [...saved, dc, dh], 8);
        return [found[0], found[2], found[1], found[3], found[7]];
      },
    };
  });
  const both = withGradient(x, h, c, w, b);
  const [hs, cs] = tf.unstack(both) as [tf.Tensor3D, tf.Tensor3D];
  return [hs, cs];
}
