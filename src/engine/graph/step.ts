import type * as tf from "@tensorflow/tfjs";

/** Name, shape and type of what a step is fed; shapes are static: pad what varies, and feed a validity mask. */
export interface TensorSpec {
  shape: number[];
  /**
   * `uint8` is an int32 tensor of 0..255 for tfjs, which knows no bytes, and bytes in a graph; all that a step may do
   * with one is to cast it.
   */
  dtype: "float32" | "int32" | "bool" | "uint8";
}

/** The type of the tensor that a step is fed. */
export function fedType({ dtype }: TensorSpec): "float32" | "int32" | "bool" {
  return dtype === "uint8" ? "int32" : dtype;
}

export type NamedTensors = Record<string, tf.Tensor>;

/** Runs a step, here or elsewhere, so that the answer may come later; the caller disposes of it. */
export type RunStep = (inputs: NamedTensors) => NamedTensors | Promise<NamedTensors>;

/** What answers a predictor's questions: a network of ours, or a file that was exported from one. */
export interface Runner {
  /** Samples that it looks at at once. */
  batch: number;
  run: RunStep;
  dispose(): void;
}

/** New values of variables; what is not named stays as it is. */
export type Updates = Map<tf.Variable, tf.Tensor>;

/**
 * A pure function of named tensors and of the variables it closes over. It reads no values back, draws no random
 * numbers (feed them), and assigns nothing: it returns the new values, and the program assigns them after the step.
 */
export interface Step {
  inputs: Record<string, TensorSpec>;
  /** The step itself: what comes out, and the new values of variables. */
  run(inputs: NamedTensors): { outputs: NamedTensors; updates?: Updates };
  /** Variables that are read in place of others: averaged weights in place of the weights, say. */
  reading?: ReadonlyMap<tf.Variable, tf.Variable>;
}
