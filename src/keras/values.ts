import * as tf from "@tensorflow/tfjs";
import { AnchorkitError } from "../base/errors.ts";

/** Numbers of samples, the first axis being the samples: a tensor, or arrays of arrays. */
export type Values = tf.Tensor | NumberArrays;

/** Numbers, arrays of numbers, and so on; the innermost may be typed arrays. */
export type NumberArrays = readonly number[] | readonly NumberArrays[] | tf.TypedArray;

/** What a model takes or gives: the values, or, of several inputs or outputs, those of each, in order or by name. */
export type Data = Values | readonly Values[] | Readonly<Record<string, Values>>;

/**
 * The tensors of a model's inputs or outputs, in its order.
 *
 * @param names of the inputs or outputs
 * @param what "x" or "y", for messages
 * @returns tensors that the caller disposes of: those that were given are cloned
 * @throws AnchorkitError for names that the model does not have, or another number of tensors
 */
export function tensorsOf(data: Data, names: readonly string[], what: string): tf.Tensor[] {
  return partsOf(data, names, what).map((part, i) => tensorOf(part, names.length > 1 ? `${what} "${names[i]}"` : what));
}

/** One tensor of numbers as they are given; one that is given already is cloned. */
export function tensorOf(values: Values, what: string): tf.Tensor {
  if (values instanceof tf.Tensor) return values.clone();
  try {
    return tf.tensor(values);
  } catch (error) {
    throw new AnchorkitError(`${what}: no numbers that make a tensor: ${error instanceof Error ? error.message : ""}`);
  }
}

function partsOf(data: Data, names: readonly string[], what: string): readonly Values[] {
  if (data instanceof tf.Tensor || ArrayBuffer.isView(data)) return [only(data, names, what)];
  if (!Array.isArray(data)) return named(data as Readonly<Record<string, Values>>, names, what);
  const parts = data as readonly Values[];
  if (names.length === 1) {
    const [first] = parts;
    return parts.length === 1 && first instanceof tf.Tensor ? [first] : [data as Values];
  }
  if (parts.length !== names.length) throw wrongCount(parts.length, names, what);
  return parts;
}

function only(values: Values, names: readonly string[], what: string): Values {
  if (names.length > 1) throw wrongCount(1, names, what);
  return values;
}

function named(data: Readonly<Record<string, Values>>, names: readonly string[], what: string): Values[] {
  const unknown = Object.keys(data).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new AnchorkitError(`${what}: the model has none named "${unknown}"; it has ${names.join(", ")}`);
  }
  return names.map((name) => {
    const values = data[name];
    if (values === undefined) throw new AnchorkitError(`${what}: "${name}" is missing`);
    return values;
  });
}

function wrongCount(count: number, names: readonly string[], what: string): AnchorkitError {
  return new AnchorkitError(
    `${what}: ${count} given, and the model has ${names.length}: ${names.join(", ")}; give an array of them, or an object by name`,
  );
}
