import * as tf from "@tensorflow/tfjs";
import { asMatrix, multiplyMatrices } from "../dense.ts";
import { innerGradient } from "../innerGradient.ts";

/** What a state is multiplied with at every step: a linear map, and what its gradients take. [..., units] each. */
export interface Product {
  /** The state -> what it adds to the gates. */
  forward: (state: tf.Tensor) => tf.Tensor;
  /** The gradient of what comes out -> that of the state. */
  backward: (gradient: tf.Tensor) => tf.Tensor;
  /** The gradient of the weights, of all states and all gradients of what came out, [time, batch, ...] each. */
  weights: (states: tf.Tensor, gradients: tf.Tensor) => tf.Tensor;
}

/** A product before its tensors are at hand: the way back takes others than the way forwards, with the same values. */
export interface ProductOf {
  weights: tf.Tensor;
  /** What else it is made of, without gradients. */
  fixed?: readonly tf.Tensor[];
  made: (weights: tf.Tensor, fixed: readonly tf.Tensor[]) => Product;
}

/** The product with a matrix [units, columns]. */
export function matrixProduct(weights: tf.Tensor2D): ProductOf {
  return { weights, made: (matrix) => byMatrix(matrix as tf.Tensor2D) };
}

/**
 * A product whose weights have gates side by side on the last axis, for each of which other parts of the state are dropped.
 *
 * @param masks [batch, ..., units] a gate: 0 for what is dropped
 */
export function droppedProduct({ weights, made }: ProductOf, masks: readonly tf.Tensor[]): ProductOf {
  return { weights, fixed: masks, made: (all, fixed) => byGates(columns(all, fixed.length), fixed, made) };
}

/** The convolution with a kernel [height, width, filters, columns], of one stride and padded to the same size. */
export function convolutionProduct(weights: tf.Tensor4D, state: readonly [number, number, number]): ProductOf {
  return { weights, made: (kernel) => byConvolution(kernel as tf.Tensor4D, state) };
}

function byMatrix(matrix: tf.Tensor2D): Product {
  const back = tf.transpose(matrix); // once, rather than in each product
  return {
    forward: (state) => multiply(state, matrix),
    backward: (gradient) => multiply(gradient, back),
    weights: (states, gradients) => multiplyMatrices(asMatrix(states), asMatrix(gradients), true),
  };
}

function byGates(
  weights: readonly tf.Tensor[],
  masks: readonly tf.Tensor[],
  made: (weights: tf.Tensor, fixed: readonly tf.Tensor[]) => Product,
): Product {
  const gates = weights.map((gate, k) => ({ product: made(gate, []), mask: masks[k] as tf.Tensor }));
  const partsOf = (gradient: tf.Tensor): tf.Tensor[] => columns(gradient, gates.length);
  return {
    forward: (state) => beside(gates.map(({ product, mask }) => product.forward(state.mul(mask)))),
    backward(gradient) {
      const parts = partsOf(gradient);
      return tf.addN(gates.map(({ product, mask }, k) => product.backward(parts[k] as tf.Tensor).mul(mask)));
    },
    weights(states, gradients) {
      const parts = partsOf(gradients);
      return beside(gates.map(({ product, mask }, k) => product.weights(states.mul(mask), parts[k] as tf.Tensor)));
    },
  };
}

function byConvolution(kernel: tf.Tensor4D, state: readonly [number, number, number]): Product {
  const [height, width, filters] = state;
  const images = (x: tf.Tensor): tf.Tensor4D => x.reshape([-1, height, width, x.shape.at(-1) ?? 0]);
  return {
    forward: (from) => unfold(tf.conv2d(images(from), kernel, 1, "same"), from),
    backward(gradient) {
      const dy = images(gradient);
      const shape: [number, number, number, number] = [dy.shape[0], height, width, filters];
      return unfold(tf.conv2dTranspose(dy, kernel, shape, 1, "same"), gradient);
    },
    weights: (states, gradients) => filterGradient(images(states), images(gradients), kernel.shape),
  };
}

/** tfjs has the op only as the gradient of the convolution. */
function filterGradient(x: tf.Tensor4D, dy: tf.Tensor4D, shape: tf.Tensor4D["shape"]): tf.Tensor {
  return innerGradient((kernel) => tf.conv2d(x, kernel as tf.Tensor4D, 1, "same"), tf.zeros(shape), dy);
}

/** [n, ..., columns] with the first axes of `like` again. */
function unfold(images: tf.Tensor4D, like: tf.Tensor): tf.Tensor {
  return images.reshape([...like.shape.slice(0, -1), images.shape[3]]);
}

function multiply(x: tf.Tensor, matrix: tf.Tensor): tf.Tensor {
  const product = multiplyMatrices(asMatrix(x), matrix);
  return x.rank === 2 ? product : product.reshape([...x.shape.slice(0, -1), product.shape[1]]);
}

/** The columns of each gate; tfjs does not split in one. */
function columns(x: tf.Tensor, count: number): tf.Tensor[] {
  return count === 1 ? [x] : tf.split(x, count, -1);
}

function beside(parts: tf.Tensor[]): tf.Tensor {
  return parts.length === 1 ? (parts[0] as tf.Tensor) : tf.concat(parts, -1);
}
