import type * as tf from "@tensorflow/tfjs";
import { nativeOp } from "./nativeOp.ts";

/**
 * An int32 tensor as TensorFlow's int64, which some of its ops ask for. tfjs knows no such type and calls the result int32:
 * hand it to native ops alone, and do not read it.
 */
export function toInt64(x: tf.Tensor): tf.Tensor {
  const warn = console.warn;
  console.warn = () => undefined; // tfjs-node warns of how such values would be read
  try {
    return nativeOp("Cast", { SrcT: "int32", DstT: "int64", Truncate: false }, [x])[0];
  } finally {
    console.warn = warn;
  }
}
