import type * as tf from "@tensorflow/tfjs";
import type { Attribute } from "./graphDef.ts";
import { usesNativeOps } from "./target.ts";

/**
 * One of TensorFlow's training ops, which write the new values of variables over the old ones: all memory is read and
 * written once, where the same in plain ops goes over it a dozen times. They take variables by handle, which tfjs does
 * not know, so they run in recorded steps alone.
 */
export interface InPlaceOp {
  /** TensorFlow's name of it, `ResourceApplyAdam`; its numbers are float32. */
  op: string;
  attributes?: Readonly<Record<string, Attribute>>;
  /** The variables that it takes first, in its order, each with the value that it starts from: its own, unless told. */
  variables: ReadonlyMap<tf.Variable, tf.Tensor>;
  /** What it takes after them; a number is a scalar. */
  inputs: readonly (tf.Tensor | number)[];
  /** Makes of the values that it gives the variables those that they are to have: all of them as they are, unless told. */
  then?: (moved: readonly tf.Tensor[]) => tf.Tensor[];
}

/** Writes an op down in place of the plain ops; gives what stands for the variables' new values. */
type RecordInPlace = (op: InPlaceOp, plain: () => tf.Tensor[]) => tf.Tensor[];

let recorder: RecordInPlace | undefined;

/**
 * The new values of variables, which a step returns among its updates (or goes on computing with): of an op in place
 * where the step is recorded for native TensorFlow, of plain ops everywhere else.
 *
 * @param plain computes the same, in the order of the op's variables
 */
export function updateInPlace(op: InPlaceOp, plain: () => tf.Tensor[]): tf.Tensor[] {
  return recorder && usesNativeOps() ? recorder(op, plain) : plain();
}

/** Runs something (not a promise) whose ops in place are written down. */
export function recordingInPlace<T>(record: RecordInPlace, run: () => T): T {
  recorder = record;
  try {
    return run();
  } finally {
    recorder = undefined;
  }
}
