import * as tf from "@tensorflow/tfjs";
import { isNative, nativeOp } from "../../engine/graph/nativeOp.ts";

/**
 * Rows of a table: result[i] = x[indices[i]], with the gradient with respect to x (rows taken twice add up).
 * Unlike `tf.gather` on the native engine it never reads the indices back, so that a step with it can be recorded.
 *
 * @param x [n, ...] float32 @param indices int32 of any shape, each in 0..n-1
 * @returns [...indices.shape, ...]
 */
export function gatherRows(x: tf.Tensor, indices: tf.Tensor): tf.Tensor {
  const rows = tf.customGrad((...args) => {
    const save = args.at(-1) as unknown as tf.GradSaveFunc;
    save([indices]);
    return {
      value: isNative() ? nativeGather(x, indices) : tf.gather(x, indices),
      gradFunc: (dy, [saved]) => {
        const flat = dy.reshape([indices.size, ...x.shape.slice(1)]);
        return tf.scatterND((saved as tf.Tensor).reshape([-1, 1]), flat, x.shape); // adds where indices are the same
      },
    };
  });
  return rows(x);
}

/** The op that tf.gather runs, too, which reads the indices back first to check them. */
function nativeGather(x: tf.Tensor, indices: tf.Tensor, axis = 0): tf.Tensor {
  const attributes = { Tparams: x.dtype, Tindices: "int32", Taxis: "int32", batch_dims: { int: 0 } };
  return nativeOp("GatherV2", attributes, [x, indices, tf.scalar(axis, "int32")])[0];
}

/** What is at some places along an axis, which are known beforehand. No gradient passes. */
export function takeAlong<T extends tf.Tensor>(x: T, places: readonly number[], axis: number): T {
  const indices = tf.tensor1d([...places], "int32");
  return (isNative() ? nativeGather(x, indices, axis) : tf.gather(x, indices, axis)) as T;
}

/**
 * Rows of each image's own table: result[b, i] = x[b, indices[b, i]], with the gradient with respect to x.
 *
 * @param x [batch, n, ...] float32 @param indices [batch, k] int32, each in 0..n-1
 * @returns [batch, k, ...]
 */
export function gatherPerImage(x: tf.Tensor, indices: tf.Tensor2D): tf.Tensor {
  const [batch = 0, count = 0, ...rest] = x.shape;
  return gatherRows(x.reshape([batch * count, ...rest]), flatIndices(indices, count));
}

/** Indices into n rows of each image as indices into the rows of all images, one after another: b * n + index. */
export function flatIndices(indices: tf.Tensor2D, rowsPerImage: number): tf.Tensor2D {
  const starts = tf.tensor2d(
    Array.from({ length: indices.shape[0] }, (_, image) => image * rowsPerImage),
    [indices.shape[0], 1],
    "int32",
  );
  return indices.add(starts);
}
