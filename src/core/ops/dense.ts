import * as tf from "@tensorflow/tfjs";
import { nativeOp } from "../../engine/graph/nativeOp.ts";
import { usesNativeOps } from "../../engine/graph/target.ts";

/**
 * The product of two matrices, either of them transposed or not. With native ops it is TensorFlow's MatMul, where tfjs
 * takes BatchMatMulV2, which is several times slower for the small matrices of one step of a recurrent network. No
 * gradient with native ops.
 */
export function multiplyMatrices(a: tf.Tensor, b: tf.Tensor, transposeA = false, transposeB = false): tf.Tensor2D {
  if (!usesNativeOps()) return tf.matMul(a, b, transposeA, transposeB);
  const attributes = { T: "float32", transpose_a: transposeA, transpose_b: transposeB };
  return nativeOp("MatMul", attributes, [a, b])[0] as tf.Tensor2D;
}

/**
 * x · kernel + bias for rows of any axes, with gradients.
 *
 * @param x [..., features] @param kernel [features, columns] @param bias [columns]
 * @returns [..., columns]
 */
export function dense(x: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor | undefined): tf.Tensor {
  const rows = asMatrix(x);
  const multiply = tf.customGrad((...args) => {
    (args.at(-1) as tf.GradSaveFunc)([rows, kernel]);
    const product = multiplyMatrices(rows, kernel);
    return {
      value: bias ? addBias(product, bias) : product,
      gradFunc: (dy, [from, weights]) => [
        multiplyMatrices(dy, weights as tf.Tensor, false, true),
        multiplyMatrices(from as tf.Tensor, dy, true),
        ...(bias ? [dy.sum(0)] : []),
      ],
    };
  });
  const product = bias ? multiply(rows, kernel, bias) : multiply(rows, kernel);
  return product.reshape([...x.shape.slice(0, -1), kernel.shape.at(-1) ?? 0]);
}

/** x + bias along the last axis. With native ops it is BiasAdd, which TensorFlow fuses with the product before it. */
export function addBias(x: tf.Tensor, bias: tf.Tensor): tf.Tensor {
  return usesNativeOps() ? nativeOp("BiasAdd", { T: "float32", data_format: "NHWC" }, [x, bias])[0] : x.add(bias);
}

/** [..., columns] -> [rows, columns] */
export function asMatrix(x: tf.Tensor): tf.Tensor2D {
  return x.rank === 2 ? (x as tf.Tensor2D) : x.reshape([-1, x.shape.at(-1) ?? 0]);
}
