import * as tf from "@tensorflow/tfjs";
import { nativeOp } from "../../engine/graph/nativeOp.ts";
import { usesNativeOps } from "../../engine/graph/target.ts";

/**
 * Uniform random numbers in [0, 1) that depend on a seed and a stream alone: the same seed, stream and shape give the
 * same numbers whenever they are drawn, in a compiled step too. With native ops it is one op
 * (StatelessRandomUniform); without, some hundred plain ones, and other numbers. No gradient.
 *
 * @param seed int32, 0 or more: what a step is fed @param stream an integer that tells the draws of one seed apart
 */
export function statelessUniform(shape: number[], seed: tf.Scalar, stream: number): tf.Tensor {
  return usesNativeOps() ? nativeDraw("StatelessRandomUniform", shape, seed, stream) : hashed(shape, seed, stream);
}

/** Normally distributed random numbers of mean 0 and deviation 1; otherwise as {@link statelessUniform}. */
export function statelessNormal(shape: number[], seed: tf.Scalar, stream: number): tf.Tensor {
  if (usesNativeOps()) return nativeDraw("StatelessRandomNormal", shape, seed, stream);
  return tf.tidy(() => {
    const [u, v] = tf.unstack(hashed([2, ...shape], seed, stream)) as [tf.Tensor, tf.Tensor];
    const radius = tf.sub(1, u).log().mul(-2).sqrt(); // Box and Muller's method
    return radius.mul(v.mul(2 * Math.PI).cos());
  });
}

function nativeDraw(op: string, shape: number[], seed: tf.Scalar, stream: number): tf.Tensor {
  return tf.tidy(() => {
    const pair = tf.stack([seed, tf.scalar(stream | 0, "int32")]);
    const attributes = { dtype: "float32", T: "int32", Tseed: "int32" };
    return nativeOp(op, attributes, [tf.tensor1d(shape, "int32"), pair])[0];
  });
}

const HALF = 4096;

/**
 * A Feistel network over the positions 0, 1, 2, … as two halves of 12 bits, twelve rounds keyed by stream and seed; a
 * round takes the middle of a square. Whole numbers below 2^24 all the way, which float32 holds exactly on any engine.
 */
function hashed(shape: number[], seed: tf.Scalar, stream: number): tf.Tensor {
  return tf.tidy(() => {
    const positions = tf.range(0, tf.util.sizeFromShape(shape));
    let [left, right] = [modHalf(tf.floor(positions.div(HALF))), modHalf(positions)];
    const keys = [...digits(tf.scalar(stream & 0x7fffffff, "int32")), ...digits(seed)];
    for (const [round, key] of [...keys, ...keys].entries()) {
      const keyed = modHalf(right.add(key).add(1031 * round)); // the number of the round makes rounds differ
      const middle = tf.floor(keyed.mul(keyed.add(1)).div(64));
      [left, right] = [right, modHalf(left.add(middle))];
    }
    return left
      .mul(HALF)
      .add(right)
      .div(HALF ** 2)
      .reshape(shape);
  });
}

/** The digits of an int32 in base 4096, the lowest first, as float32. */
function digits(value: tf.Scalar): tf.Tensor[] {
  const base = tf.scalar(HALF, "int32");
  const high = tf.floorDiv(value, base);
  return [value.sub(high.mul(base)).toFloat(), modHalf(high.toFloat()), tf.floor(high.toFloat().div(HALF))];
}

/** The remainder of whole numbers from 0 to 2^24 divided by 4096. */
function modHalf(x: tf.Tensor): tf.Tensor {
  return x.sub(tf.floor(x.div(HALF)).mul(HALF));
}
