import * as tf from "@tensorflow/tfjs";

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
 * The product with a matrix of gates side by side [units, gates * units], for each of which other parts of the state are
 * dropped.
 *
 * @param masks [batch, units] a gate: 0 for what is dropped
 */
export function droppedProduct(weights: tf.Tensor2D, masks: readonly tf.Tensor[]): ProductOf {
  return { weights, fixed: masks, made: byGates };
}

/** The convolution with a kernel [height, width, filters, columns], of one stride and padded to the same size. */
export function convolutionProduct(weights: tf.Tensor4D, state: readonly [number, number, number]): ProductOf {
  return { weights, made: (kernel) => byConvolution(kernel as tf.Tensor4D, state) };
}

function byMatrix(matrix: tf.Tensor2D): Product {
  return {
    forward: (state) => multiply(state, matrix, false),
    backward: (gradient) => multiply(gradient, matrix, true),
    weights: (states, gradients) => tf.matMul(flat(states), flat(gradients), true),
  };
}

function byGates(matrix: tf.Tensor, masks: readonly tf.Tensor[]): Product {
  const gates = columns(matrix, masks.length).map((gate, k) => ({ gate, mask: masks[k] as tf.Tensor }));
  const partsOf = (gradient: tf.Tensor): tf.Tensor[] => columns(gradient, masks.length);
  return {
    forward: (state) => tf.concat(gates.map(({ gate, mask }) => multiply(state.mul(mask), gate, false)), -1), // prettier-ignore
    backward(gradient) {
      const parts = partsOf(gradient);
      return tf.addN(gates.map(({ gate, mask }, k) => multiply(parts[k] as tf.Tensor, gate, true).mul(mask)));
    },
    weights(states, gradients) {
      const parts = partsOf(gradients);
      const found = gates.map(({ mask }, k) => tf.matMul(flat(states.mul(mask)), flat(parts[k] as tf.Tensor), true));
      return tf.concat(found, 1);
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
  return tf.grad((kernel: tf.Tensor) => tf.conv2d(x, kernel as tf.Tensor4D, 1, "same"))(tf.zeros(shape), dy);
}

/** [n, ..., columns] with the first axes of `like` again. */
function unfold(images: tf.Tensor4D, like: tf.Tensor): tf.Tensor {
  return images.reshape([...like.shape.slice(0, -1), images.shape[3]]);
}

/** [..., columns] -> [rows, columns] */
function flat(x: tf.Tensor): tf.Tensor2D {
  return x.reshape([-1, x.shape.at(-1) ?? 0]);
}

function multiply(x: tf.Tensor, matrix: tf.Tensor, transposed: boolean): tf.Tensor {
  if (x.rank === 2) return tf.matMul(x, matrix, false, transposed);
  const product: tf.Tensor2D = tf.matMul(flat(x), matrix, false, transposed);
  return product.reshape([...x.shape.slice(0, -1), product.shape[1]]);
}

/** The columns of each gate; tfjs does not split in one. */
function columns(x: tf.Tensor, count: number): tf.Tensor[] {
  return count === 1 ? [x] : tf.split(x, count, -1);
}
