import * as tf from "@tensorflow/tfjs";
import { nativeOp } from "../../engine/graph/nativeOp.ts";
import { usesNativeOps } from "../../engine/graph/target.ts";

/**
 * result[s] = the largest of the values with segments[i] = s; where there is none, the lowest finite float32.
 * No gradient. Without native ops the values are read back.
 *
 * @param values float32 @param segments int32 of the same shape, each in 0..count-1
 * @returns [count]
 */
export function segmentMax(values: tf.Tensor, segments: tf.Tensor, count: number): tf.Tensor1D {
  if (usesNativeOps()) {
    const attributes = { T: "float32", Tindices: "int32", Tnumsegments: "int32" };
    const [best] = nativeOp("UnsortedSegmentMax", attributes, [values, segments, tf.scalar(count, "int32")]);
    return best as tf.Tensor1D;
  }
  const best = new Float32Array(count).fill(-3.4028234663852886e38);
  const targets = segments.dataSync();
  values.dataSync().forEach((value, i) => {
    const target = targets[i] ?? 0;
    best[target] = Math.max(best[target] ?? value, value);
  });
  return tf.tensor1d(best);
}
