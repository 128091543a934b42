import * as tf from "@tensorflow/tfjs";
import { subpixelGather, subpixelShuffle } from "./subpixel.ts";

/** A map's maxima, and where in its window each of them was. */
export interface PooledMap {
  /** [n, ceil(h / size), ceil(w / size), c] */
  pooled: tf.Tensor4D;
  /** As large, int32: the place in the window, row by row, 0 to size^2 - 1; of equal values the first. */
  switches: tf.Tensor4D;
}

/**
 * The maximum of each channel in windows of size x size that do not overlap, with its gradient, and where it was (the
 * switches of Zeiler et al., "Adaptive Deconvolutional Networks", 2011). Windows at the lower and right edge may be cut.
 *
 * @param x [n, h, w, c]
 */
export function maxPoolWithSwitches(x: tf.Tensor4D, size = 2): PooledMap {
  return tf.tidy(() => {
    const { switches, pooled: values } = pool(x, size);
    const withGradient = tf.customGrad((...args) => {
      (args.at(-1) as tf.GradSaveFunc)([switches]);
      const gradFunc = (dy: tf.Tensor, [at]: tf.Tensor[]) =>
        spread(dy as tf.Tensor4D, at as tf.Tensor4D, size).slice([0, 0, 0, 0], x.shape);
      return { value: values.clone(), gradFunc };
    });
    return { pooled: withGradient(x), switches };
  });
}

/**
 * Max unpooling (Zeiler et al., 2011; Badrinarayanan et al., "SegNet", 2017): each value is put where the switches say
 * that the maximum of its window was; all else is 0. With the gradient for the values.
 *
 * @param x [n, h, w, c] @param switches what `maxPoolWithSwitches` remembered, of the shape of x
 * @returns [n, size h, size w, c]
 */
export function maxUnpool(x: tf.Tensor4D, switches: tf.Tensor4D, size = 2): tf.Tensor4D {
  const unpool = tf.customGrad((...args) => {
    (args.at(-1) as tf.GradSaveFunc)([switches]);
    const gradFunc = (dy: tf.Tensor, [at]: tf.Tensor[]) => pick(dy as tf.Tensor4D, at as tf.Tensor4D, size);
    return { value: spread(x, switches, size), gradFunc };
  });
  return unpool(x);
}

function pool(x: tf.Tensor4D, size: number): PooledMap {
  const [n, h, w, c] = x.shape;
  const [rows, columns] = [Math.ceil(h / size), Math.ceil(w / size)];
  const padded = tf.pad4d(x, [[0, 0], [0, rows * size - h], [0, columns * size - w], [0, 0]], -3.4e38); // prettier-ignore
  const windows = subpixelGather(padded, size).reshape<tf.Tensor<tf.Rank.R4>>([n * rows * columns, size * size, c]);
  const shape: [number, number, number, number] = [n, rows, columns, c];
  return { pooled: windows.max(1).reshape(shape), switches: windows.argMax<tf.Tensor>(1).reshape(shape) };
}

/** 1 at the switch's place in each window, 0 elsewhere: [n h w, size^2, c] */
function places(switches: tf.Tensor4D, size: number): tf.Tensor3D {
  const [n, h, w, c] = switches.shape;
  const place = tf.range(0, size * size, 1, "int32").reshape([1, size * size, 1]);
  return switches
    .reshape([n * h * w, 1, c])
    .equal(place)
    .toFloat() as tf.Tensor3D;
}

function spread(x: tf.Tensor4D, switches: tf.Tensor4D, size: number): tf.Tensor4D {
  const [n, h, w, c] = x.shape;
  const windows = places(switches, size).mul(x.reshape([n * h * w, 1, c]));
  return subpixelShuffle(windows.reshape([n, h, w, size * size * c]), size);
}

function pick(y: tf.Tensor4D, switches: tf.Tensor4D, size: number): tf.Tensor4D {
  const [n, h, w, c] = switches.shape;
  const windows = subpixelGather(y, size).reshape([n * h * w, size * size, c]);
  return windows.mul(places(switches, size)).sum(1).reshape([n, h, w, c]);
}
