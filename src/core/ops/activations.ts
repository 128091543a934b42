import * as tf from "@tensorflow/tfjs";
import { nativeOp, type AttributeValue } from "../../engine/graph/nativeOp.ts";
import { usesNativeOps } from "../../engine/graph/target.ts";
import { relu, relu6 } from "./relu.ts";

type Activation = (x: tf.Tensor) => tf.Tensor;

const activations = {
  linear: (x) => x,
  relu,
  relu6,
  leaky_relu: (x) => leakyRelu(x, 0.2),
  elu: (x) => (usesNativeOps() ? kernel("Elu", x, (dy, _, y) => [dy, y]) : tf.elu(x)),
  selu: (x) => (usesNativeOps() ? kernel("Selu", x, (dy, _, y) => [dy, y]) : portableSelu(x)),
  sigmoid: (x) => (usesNativeOps() ? kernel("Sigmoid", x, (dy, _, y) => [y, dy]) : tf.sigmoid(x)),
  tanh: (x) => (usesNativeOps() ? kernel("Tanh", x, (dy, _, y) => [y, dy]) : tf.tanh(x)),
  softplus: (x) => (usesNativeOps() ? kernel("Softplus", x, (dy, from) => [dy, from]) : tf.softplus(x)),
  softsign: (x) => (usesNativeOps() ? kernel("Softsign", x, (dy, from) => [dy, from]) : x.div(x.abs().add(1))),
  exponential: (x) => tf.exp(x),
  softmax: (x) => tf.softmax(x),
  log_softmax: (x) => tf.logSoftmax(x),
  silu,
  swish: silu,
  mish,
  gelu,
  gelu_tanh: geluTanh,
  gelu_new: geluTanh,
  hard_sigmoid: hardSigmoid,
  hard_silu: hardSilu,
  hard_swish: hardSilu,
} satisfies Record<string, Activation>;

/**
 * Activations by Keras 3's names, each of any shape and with the gradient; softmax and log_softmax along the last axis.
 * With native ops, those that TensorFlow has a kernel for are one op forward and one backward.
 *
 * - `linear` x; `relu` max(x, 0); `relu6` min(max(x, 0), 6); `leaky_relu` x, or 0.2 x where x < 0
 * - `elu` x, or exp(x) - 1 where x < 0; `selu` 1.0507 (x, or 1.6733 (exp(x) - 1) where x < 0)
 * - `sigmoid`, `tanh`, `exponential`; `softplus` log(1 + exp(x)); `softsign` x / (1 + |x|)
 * - `silu`, also `swish` x sigmoid(x); `mish` x tanh(softplus(x))
 * - `gelu` x Φ(x) with the normal distribution function Φ; `gelu_tanh`, also `gelu_new`, its approximation by tanh
 * - `hard_sigmoid` relu6(x + 3) / 6, where tfjs's own is Keras 2's 0.2 x + 0.5; `hard_silu`, also `hard_swish`
 *   x hard_sigmoid(x)
 */
export const ACTIVATIONS: typeof activations = activations;

export type ActivationName = keyof typeof ACTIVATIONS;

/** x where x > 0, else slope * x (Maas et al., 2013). Any shape; slope 0 or more. */
function leakyRelu(x: tf.Tensor, slope: number): tf.Tensor {
  if (!usesNativeOps()) return tf.leakyRelu(x, slope);
  return kernel("LeakyRelu", x, (dy, from) => [dy, from], { alpha: slope });
}

/** x sigmoid(x) (Elfwing et al., 2017). The derivative is s + y - y s, with s = sigmoid(x) and y = x s. */
function silu(x: tf.Tensor): tf.Tensor {
  return elementwise(x, (from) => {
    const s = from.sigmoid();
    const y = from.mul(s);
    return { y, saved: [s, y], derivative: ([s, y]) => s.add(y.sub(y.mul(s))) };
  });
}

/** x Φ(x), Φ(x) = (1 + erf(x / √2)) / 2 (Hendrycks and Gimpel, 2016). The derivative is Φ(x) + x exp(-x² / 2) / √(2π). */
function gelu(x: tf.Tensor): tf.Tensor {
  return elementwise(x, (from) => {
    const below = from.mul(Math.SQRT1_2).erf().add(1).mul(0.5);
    return {
      y: from.mul(below),
      saved: [from, below],
      derivative: ([x, below]) => below.add(x.square().mul(-0.5).exp().mul(x).mul(1 / Math.sqrt(2 * Math.PI))), // prettier-ignore
    };
  });
}

/** The approximation of {@link gelu}: x (1 + t) / 2, t = tanh(√(2/π) (x + 0.044715 x³)). */
function geluTanh(x: tf.Tensor): tf.Tensor {
  const [factor, cubic] = [Math.sqrt(2 / Math.PI), 0.044715];
  return elementwise(x, (from) => {
    const t = from.square().mul(cubic).add(1).mul(from).mul(factor).tanh();
    return {
      y: t.add(1).mul(from).mul(0.5),
      saved: [from, t],
      derivative: ([x, t]) => {
        const inner = x.square().mul(3 * cubic * factor).add(factor); // prettier-ignore
        return t.add(1).add(tf.sub(1, t.square()).mul(x).mul(inner)).mul(0.5);
      },
    };
  });
}

/** x tanh(softplus(x)) (Misra, 2019). The derivative is t + x (1 - t²) sigmoid(x), with t the tanh. */
function mish(x: tf.Tensor): tf.Tensor {
  return elementwise(x, (from) => {
    const t = from.softplus().tanh();
    return {
      y: from.mul(t),
      saved: [from, t],
      derivative: ([x, t]) => tf.sub(1, t.square()).mul(x).mul(x.sigmoid()).add(t),
    };
  });
}

/** relu6(x + 3) / 6 (Howard et al., "Searching for MobileNetV3", 2019), as Keras 3 has it. */
function hardSigmoid(x: tf.Tensor): tf.Tensor {
  return relu6(x.add(3)).mul(1 / 6);
}

/** x relu6(x + 3) / 6, of the same paper. */
function hardSilu(x: tf.Tensor): tf.Tensor {
  return hardSigmoid(x).mul(x);
}

/** tfjs's own gradient at 0 is that of the left side, TensorFlow's that of the right. */
function portableSelu(x: tf.Tensor): tf.Tensor {
  const [factor, below] = [1.0507009873554805, 1.7580993408473766]; // the latter is the former times alpha
  return elementwise(x, (from) => {
    const y = tf.selu(from);
    return { y, saved: [from, y], derivative: ([x, y]) => tf.where(x.less(0), y.add(below), tf.scalar(factor)) };
  });
}

/** TensorFlow's own op, and its gradient's, which is named after it and takes the tensors that `inputs` lists. */
function kernel(
  op: string,
  x: tf.Tensor,
  inputs: (dy: tf.Tensor, x: tf.Tensor, y: tf.Tensor) => tf.Tensor[],
  attributes: Record<string, AttributeValue> = {},
): tf.Tensor {
  const all = { T: "float32", ...attributes };
  const run = tf.customGrad((...args) => {
    const save = args.at(-1) as tf.GradSaveFunc;
    const [value] = nativeOp(op, all, [x]);
    save([x, value]);
    const gradFunc = (dy: tf.Tensor, [from, to]: tf.Tensor[]) =>
      nativeOp(`${op}Grad`, all, inputs(dy, from as tf.Tensor, to as tf.Tensor));
    return { value, gradFunc };
  });
  return run(x);
}

interface Elementwise {
  y: tf.Tensor;
  /** The two tensors that the derivative is computed of. */
  saved: [tf.Tensor, tf.Tensor];
  derivative: (saved: [tf.Tensor, tf.Tensor]) => tf.Tensor;
}

/** A function of single elements with its derivative written by hand, in fewer ops than a tape would note. */
function elementwise(x: tf.Tensor, of: (x: tf.Tensor) => Elementwise): tf.Tensor {
  const run = tf.customGrad((...args) => {
    const save = args.at(-1) as tf.GradSaveFunc;
    const { y, saved, derivative } = of(x);
    save(saved);
    return { value: y, gradFunc: (dy, saved) => dy.mul(derivative(saved as [tf.Tensor, tf.Tensor])) };
  });
  return run(x);
}
