import * as tf from "@tensorflow/tfjs";
import { nativeOp } from "../../../engine/graph/nativeOp.ts";
import { usesNativeOps } from "../../../engine/graph/target.ts";
import { stopGradient } from "../stopGradient.ts";
import { subpixelGather, subpixelShuffle } from "./subpixel.ts";

const SIZE = 2;
const PLACES = SIZE * SIZE;

/** A map's maxima, and where in its window each of them was. */
export interface PooledMap {
  /** [n, ceil(h / 2), ceil(w / 2), c] */
  pooled: tf.Tensor4D;
  /** As large, int32: the place in the window, row by row, 0 to 3; of equal values the first. */
  switches: tf.Tensor4D;
}

/**
 * The maximum of each channel in windows of 2 x 2 that do not overlap, with its gradient, and where it was (the
 * switches of Zeiler et al., "Adaptive Deconvolutional Networks", 2011). Windows at the lower and right edge may be cut.
 *
 * @param x [n, h, w, c]
 */
export function maxPoolWithSwitches(x: tf.Tensor4D): PooledMap {
  return tf.tidy(() => {
    const { pooled, switches } = usesNativeOps() ? nativePool(x) : portablePool(stopGradient(x));
    const withGradient = tf.customGrad((...args) => {
      (args.at(-1) as tf.GradSaveFunc)([switches]);
      const gradFunc = (dy: tf.Tensor, [at]: tf.Tensor[]) =>
        spread(dy as tf.Tensor4D, at as tf.Tensor4D).slice([0, 0, 0, 0], x.shape);
      return { value: pooled, gradFunc };
    });
    return { pooled: withGradient(x), switches };
  });
}

/**
 * Max unpooling (Zeiler et al., 2011; Badrinarayanan et al., "SegNet", 2017): each value is put where the switches say
 * that the maximum of its window was; all else is 0. With the gradient for the values.
 *
 * @param x [n, h, w, c] @param switches what `maxPoolWithSwitches` remembered, of the shape of x
 * @returns [n, 2 h, 2 w, c]
 */
export function maxUnpool(x: tf.Tensor4D, switches: tf.Tensor4D): tf.Tensor4D {
  const unpool = tf.customGrad((...args) => {
    (args.at(-1) as tf.GradSaveFunc)([switches]);
    const gradFunc = (dy: tf.Tensor, [at]: tf.Tensor[]) => pick(dy as tf.Tensor4D, at as tf.Tensor4D);
    return { value: spread(x, switches), gradFunc };
  });
  return unpool(x);
}

/** One op, which says where maxima are as (row * width + column) * channels + channel of the image. */
function nativePool(x: tf.Tensor4D): PooledMap {
  const window = { int: [1, SIZE, SIZE, 1] };
  const attributes = { T: "float32", Targmax: "int32", ksize: window, strides: window, padding: "SAME" };
  const [pooled, found] = nativeOp("MaxPoolWithArgmax", attributes, [x], 2);
  const int = (value: number): tf.Scalar => tf.scalar(value, "int32");
  const cell = tf.floorDiv(found, int(x.shape[3]));
  const row = tf.floorDiv(cell, int(x.shape[2]));
  const column = cell.sub(row.mul(int(x.shape[2])));
  const switches = row
    .mod(int(SIZE))
    .mul(int(SIZE))
    .add(column.mod(int(SIZE)));
  return { pooled: pooled as tf.Tensor4D, switches: switches as tf.Tensor4D };
}

function portablePool(x: tf.Tensor4D): PooledMap {
  const [n, h, w, c] = x.shape;
  const [rows, columns] = [Math.ceil(h / SIZE), Math.ceil(w / SIZE)];
  const least = -3.4028234e38; // of float32, so that no cell beyond the edge is the largest
  const padded = tf.pad4d(x, [[0, 0], [0, rows * SIZE - h], [0, columns * SIZE - w], [0, 0]], least); // prettier-ignore
  const windows = subpixelGather(padded, SIZE).reshape([n * rows * columns, PLACES, c]);
  const shape: [number, number, number, number] = [n, rows, columns, c];
  return { pooled: windows.max(1).reshape(shape), switches: windows.argMax<tf.Tensor>(1).reshape(shape) };
}

/** 1 at the switch's place in each window, 0 elsewhere: [n h w, 4, c] */
function places(switches: tf.Tensor4D): tf.Tensor3D {
  const [n, h, w, c] = switches.shape;
  const place = tf.range(0, PLACES, 1, "int32").reshape([1, PLACES, 1]);
  return tf.equal(switches.reshape([n * h * w, 1, c]), place).toFloat() as tf.Tensor3D;
}

/** Each value at its place, 0 elsewhere: [n, h, w, c] -> [n, 2 h, 2 w, c] */
function spread(x: tf.Tensor4D, switches: tf.Tensor4D): tf.Tensor4D {
  const [n, h, w, c] = x.shape;
  const windows = places(switches).mul(x.reshape([n * h * w, 1, c]));
  return subpixelShuffle(windows.reshape([n, h, w, PLACES * c]), SIZE);
}

/** What stands at each place: [n, 2 h, 2 w, c] -> [n, h, w, c]. */
function pick(y: tf.Tensor4D, switches: tf.Tensor4D): tf.Tensor4D {
  const [n, h, w, c] = switches.shape;
  const windows = subpixelGather(y, SIZE).reshape([n * h * w, PLACES, c]);
  return windows.mul(places(switches)).sum(1).reshape([n, h, w, c]);
}
