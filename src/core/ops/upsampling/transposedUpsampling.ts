import * as tf from "@tensorflow/tfjs";

/**
 * Each channel enlarged by a transposed convolution with a kernel of its own. The map goes on beyond its edges with the
 * values that it has there, so that with `bilinearKernel` this is bilinear interpolation up to the edges, and a constant
 * map stays constant. With gradients for the map and the kernel.
 *
 * @param x [n, h, w, c] @param kernel [side, side, c] with the side of `bilinearKernel`
 * @returns [n, factor h, factor w, c]
 */
export function transposedUpsampling(x: tf.Tensor4D, kernel: tf.Tensor3D, factor: number): tf.Tensor4D {
  return tf.tidy(() => {
    const [n, h, w, c] = x.shape;
    const wide = repeatEdges(repeatEdges(x, 1), 2); // [n, h + 2, w + 2, c]
    const own: tf.Tensor4D = kernel.expandDims<tf.Tensor4D>(3).mul(tf.eye(c)); // no channel sees another
    const large = tf.conv2dTranspose(wide, own, [n, factor * (h + 2), factor * (w + 2), c], factor, "same");
    return large.slice([0, factor, factor, 0], [n, factor * h, factor * w, c]);
  });
}

/** One more row (axis 1) or column (axis 2) on both sides, as the last there. */
function repeatEdges(x: tf.Tensor4D, axis: 1 | 2): tf.Tensor4D {
  const size = x.shape.map((length, i) => (i === axis ? 1 : length));
  const end = x.shape.map((length, i) => (i === axis ? length - 1 : 0));
  return tf.concat([x.slice([0, 0, 0, 0], size), x, x.slice(end, size)], axis);
}
