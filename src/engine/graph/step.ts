import type * as tf from "@tensorflow/tfjs";

/** Name, shape and type of what a step is fed; shapes are static: pad what varies, and feed a validity mask. */
export interface TensorSpec {
  shape: number[];
  dtype: "float32" | "int32" | "bool";
}

export type NamedTensors = Record<string, tf.Tensor>;

/** New values of variables; what is not named stays as it is. */
export type Updates = Map<tf.Variable, tf.Tensor>;

/**
 * A pure function of named tensors and of the variables it closes over. It reads no values back, draws no random
 * numbers (feed them), and assigns nothing: it returns the new values, and the program assigns them after the step.
 */
export interface Step {
  inputs: Record<string, TensorSpec>;
  run(inputs: NamedTensors): { outputs: NamedTensors; updates?: Updates };
  /** Variables that are read in place of others: averaged weights in place of the weights, say. */
  reading?: ReadonlyMap<tf.Variable, tf.Variable>;
}
