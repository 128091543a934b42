import * as tf from "@tensorflow/tfjs";
import { nativeOp } from "../../engine/graph/nativeOp.ts";
import type { TensorSpec } from "../../engine/graph/step.ts";
import { usesNativeOps } from "../../engine/graph/target.ts";

// Images are bytes, and tfjs has no tensors of bytes: a step is fed four of them in each int32, which costs a quarter of
// the memory and no conversion in JavaScript.

/** What a step is fed that `unpackBytes` makes a tensor of this shape of. */
export function packedSpec(shape: readonly number[]): TensorSpec {
  return { shape: [Math.ceil(tf.util.sizeFromShape([...shape]) / 4)], dtype: "int32" };
}

/** Bytes as an int32 tensor of one dimension; they are copied only where their number is no multiple of four. */
export function packBytes(bytes: Uint8Array): tf.Tensor1D {
  const fits = bytes.byteLength % 4 === 0 && bytes.byteOffset % 4 === 0;
  const whole = fits ? bytes : new Uint8Array(Math.ceil(bytes.byteLength / 4) * 4);
  if (!fits) whole.set(bytes);
  return tf.tensor1d(new Int32Array(whole.buffer, whole.byteOffset, whole.byteLength / 4), "int32");
}

/** Bytes that a model is fed as an int32 tensor of 0 to 255, or packed; read back. */
export function bytesOf(fed: tf.Tensor, shape: readonly number[]): Uint8Array {
  const isPacked = fed.rank === 1 && shape.length > 1;
  return isPacked ? packedBytes(fed).subarray(0, tf.util.sizeFromShape([...shape])) : Uint8Array.from(fed.dataSync());
}

/** What `packBytes` packed, as float32 of the given shape, 0..255. No gradient passes. Without native ops the values are read back. */
export function unpackBytes(packed: tf.Tensor, shape: readonly number[]): tf.Tensor {
  return tf.tidy(() => {
    const flat = (usesNativeOps() ? nativeUnpack(packed) : unpackHere(packed)).as1D();
    const size = tf.util.sizeFromShape([...shape]);
    return (flat.size === size ? flat : flat.slice(0, size)).reshape([...shape]);
  });
}

/** What `packBytes` packed, as a step is fed it that takes bytes: whole numbers of the given shape, 0..255. */
export function unpackedBytes(packed: tf.Tensor, shape: readonly number[]): tf.Tensor {
  return tf.tensor(bytesOf(packed, shape), [...shape], "int32");
}

/** The tensor between the two is of bytes for TensorFlow; tfjs calls it int32 and must not touch it. */
function nativeUnpack(packed: tf.Tensor): tf.Tensor {
  const [bytes] = nativeOp("Bitcast", { T: "int32", type: "uint8" }, [packed]);
  return nativeOp("Cast", { SrcT: "uint8", DstT: "float32", Truncate: false }, [bytes])[0];
}

function unpackHere(packed: tf.Tensor): tf.Tensor {
  return tf.tensor1d(packedBytes(packed), "float32");
}

/** The bytes that `packBytes` packed, and those that made the last number whole; the tensor's memory itself. */
function packedBytes(packed: tf.Tensor): Uint8Array {
  const { buffer, byteOffset, byteLength } = packed.dataSync<"int32">();
  return new Uint8Array(buffer, byteOffset, byteLength);
}
