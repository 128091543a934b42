import * as tf from "@tensorflow/tfjs";
import { nativeOp } from "../../../engine/graph/nativeOp.ts";
import { usesNativeOps } from "../../../engine/graph/target.ts";

/**
 * The sub-pixel shuffle (Shi et al., "Real-Time Single Image and Video Super-Resolution Using an Efficient Sub-Pixel
 * Convolutional Neural Network", 2016), TensorFlow's depth_to_space, with the gradient that tfjs lacks:
 * y[i, j, k] = x[floor(i / f), floor(j / f), ((i mod f) f + j mod f) c + k].
 *
 * @param x [n, h, w, f f c]
 * @returns [n, f h, f w, c]
 */
export function subpixelShuffle(x: tf.Tensor4D, factor: number): tf.Tensor4D {
  if (factor === 1) return x.clone();
  const shuffle = tf.customGrad((t) => ({
    value: tf.depthToSpace(t as tf.Tensor4D, factor),
    gradFunc: (dy) => blocksToChannels(dy as tf.Tensor4D, factor),
  }));
  return shuffle(x) as tf.Tensor4D;
}

/**
 * The other way, TensorFlow's space_to_depth, with its gradient: the pixels of each block of f x f become channels of
 * one, row by row.
 *
 * @param x [n, f h, f w, c]
 * @returns [n, h, w, f f c]
 */
export function subpixelGather(x: tf.Tensor4D, factor: number): tf.Tensor4D {
  if (factor === 1) return x.clone();
  const gather = tf.customGrad((t) => ({
    value: blocksToChannels(t as tf.Tensor4D, factor),
    gradFunc: (dy) => tf.depthToSpace(dy as tf.Tensor4D, factor),
  }));
  return gather(x) as tf.Tensor4D;
}

function blocksToChannels(x: tf.Tensor4D, factor: number): tf.Tensor4D {
  if (usesNativeOps()) {
    const attributes = { T: "float32", block_size: { int: factor }, data_format: "NHWC" };
    return nativeOp("SpaceToDepth", attributes, [x])[0] as tf.Tensor4D;
  }
  const [n, height, width, c] = x.shape;
  const [h, w] = [height / factor, width / factor];
  const blocks = x.reshape([n * h, factor, w, factor * c]).transpose([0, 2, 1, 3]);
  return blocks.reshape([n, h, w, factor * factor * c]);
}
