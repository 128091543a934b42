import * as tf from "@tensorflow/tfjs";

/**
 * An attribute of a TensorFlow op, under the name its op definition gives it: a tensor type ("float32", "int32",
 * "int64", "bool", "uint8"), any other text, a boolean, a number for a float, and `{ int: 2 }` for an integer or, with several, a
 * list of them.
 */
export type AttributeValue = string | boolean | number | { readonly int: number | readonly number[] };

/** True when the present engine is native TensorFlow, so that {@link nativeOp} can run. */
export function isNative(): boolean {
  return findNativeBackend() !== undefined;
}

/**
 * Runs one TensorFlow op by its name, for what tfjs has no function or no gradient for.
 * The op has no gradient of its own: join it to its backward op with `tf.customGrad`; used bare, it stops gradients.
 * Returns as many tensors as `outputs` says (1 if left out), owned by the caller or the enclosing `tf.tidy`.
 * tfjs knows no int64 and calls such a result int32: hand it to native ops alone, and do not read it.
 * Throws when the engine is not native TensorFlow, or TensorFlow refuses the op.
 */
export function nativeOp<N extends number = 1>(
  name: string,
  attributes: Readonly<Record<string, AttributeValue>>,
  inputs: readonly tf.Tensor[],
  outputs?: N,
): Tensors<N> {
  // Looked up at every call: a recorder may stand in for the two execute methods while it listens.
  const backend = findNativeBackend();
  if (!backend) throw new Error(`nativeOp: ${name} needs native TensorFlow, and the engine is ${tf.getBackend()}`);
  const list = Object.entries(attributes).map(([key, value]) => bind(backend.binding, key, value));
  const count = outputs ?? 1;
  const results = withoutWarnings(() =>
    count === 1
      ? [backend.executeSingleOutput(name, list, inputs)]
      : backend.executeMultipleOutputs(name, list, inputs, count),
  );
  return results as Tensors<N>;
}

/** tfjs-node warns at each int64 that an op gives of how its values would be read; such tensors are for other ops alone. */
function withoutWarnings<T>(run: () => T): T {
  const warn = console.warn;
  console.warn = () => undefined;
  try {
    return run();
  } finally {
    console.warn = warn;
  }
}

/** A tuple of N tensors, so that destructuring the outputs of an op needs no checks. */
export type Tensors<N extends number, Found extends tf.Tensor[] = []> = number extends N
  ? tf.Tensor[]
  : Found["length"] extends N
    ? Found
    : Tensors<N, [...Found, tf.Tensor]>;

interface BoundAttribute {
  name: string;
  type: number;
  value: string | boolean | number | readonly number[];
}

/** The part of tfjs-node's backend that runs ops. */
interface NativeBackend {
  binding: Record<string, number>;
  executeSingleOutput(name: string, attributes: BoundAttribute[], inputs: readonly tf.Tensor[]): tf.Tensor;
  executeMultipleOutputs(
    name: string,
    attributes: BoundAttribute[],
    inputs: readonly tf.Tensor[],
    outputs: number,
  ): tf.Tensor[];
}

function findNativeBackend(): NativeBackend | undefined {
  const backend = tf.backend() as unknown as Partial<NativeBackend>;
  return backend.binding && backend.executeSingleOutput ? (backend as NativeBackend) : undefined;
}

const tensorTypes = new Map([
  ["float32", "TF_FLOAT"],
  ["int32", "TF_INT32"],
  ["int64", "TF_INT64"],
  ["bool", "TF_BOOL"],
  ["uint8", "TF_UINT8"],
]);

/** The attribute as tfjs-node wants it, its kind given by one of the addon's constants. */
function bind(binding: Record<string, number>, name: string, value: AttributeValue): BoundAttribute {
  const constant = (key: string): number => {
    const found = binding[key];
    if (found === undefined) throw new Error(`nativeOp: the native engine has no ${key}`);
    return found;
  };
  if (typeof value === "number") return { name, type: constant("TF_ATTR_FLOAT"), value };
  if (typeof value === "boolean") return { name, type: constant("TF_ATTR_BOOL"), value };
  if (typeof value === "object") return { name, type: constant("TF_ATTR_INT"), value: value.int };
  const tensorType = tensorTypes.get(value);
  if (tensorType !== undefined) return { name, type: constant("TF_ATTR_TYPE"), value: constant(tensorType) };
  return { name, type: constant("TF_ATTR_STRING"), value };
}
