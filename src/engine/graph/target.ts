import { isNative } from "./nativeOp.ts";

/**
 * What a step is run or recorded for: `native` is TensorFlow itself, whose fused ops may be used; `portable` is whatever
 * knows tfjs's ops alone, such as ONNX and a browser.
 */
export type Target = "native" | "portable";

let present: Target = "native";

/** True where an op may use TensorFlow's own ops: the engine is native TensorFlow, and so is the target. */
export function usesNativeOps(): boolean {
  return present === "native" && isNative();
}

/** Runs something (not a promise) for a target; targets nest. */
export function withTarget<T>(target: Target, run: () => T): T {
  const outer = present;
  present = target;
  try {
    return run();
  } finally {
    present = outer;
  }
}
