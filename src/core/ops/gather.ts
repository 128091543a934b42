import * as tf from "@tensorflow/tfjs";
import { isNative, nativeOp } from "../../engine/nativeOp.ts";

/**
 * Rows of a table: result[i] = x[indices[i]], with the gradient with respect to x (rows taken twice add up).
 * Unlike `tf.gather` on the native engine it never reads the indices back, so that a step with it can be recorded.
 *
 * @param x [n, ...] float32 @param indices int32 of any shape, each in 0..n-1
 * @returns [...indices.shape, ...]
 */
export function gatherRows(x: tf.Tensor, indices: tf.Tensor): tf.Tensor {
  if (!isNative()) return tf.gather(x, indices.flatten()).reshape([...indices.shape, ...x.shape.slice(1)]);
  const [count = 0] = x.shape;
  const rows = tf.customGrad((...args) => {
    const save = args.at(-1) as unknown as tf.GradSaveFunc;
    const attributes = { Tparams: x.dtype, Tindices: "int32", Taxis: "int32", batch_dims: { int: 0 } };
    const [value] = nativeOp("GatherV2", attributes, [x, indices, tf.scalar(0, "int32")]);
    save([indices]);
    return {
      value,
      gradFunc: (dy, [saved]) => {
        const attributes = { T: x.dtype, Tindices: "int32", Tnumsegments: "int32" };
        return nativeOp("UnsortedSegmentSum", attributes, [dy, saved as tf.Tensor, tf.scalar(count, "int32")]);
      },
    };
  });
  return rows(x);
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
