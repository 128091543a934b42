import * as tf from "@tensorflow/tfjs";

/** A model whose layers follow one another; the first one is given an `inputShape`. */
export function sequential(layers: tf.layers.Layer[], name?: string): tf.Sequential {
  return tf.sequential({ layers, ...(name !== undefined && { name }) });
}

/** A model of layers that are applied to one another, from its inputs to its outputs. */
export function functional(
  inputs: tf.SymbolicTensor | tf.SymbolicTensor[],
  outputs: tf.SymbolicTensor | tf.SymbolicTensor[],
  name?: string,
): tf.LayersModel {
  return tf.model({ inputs, outputs, ...(name !== undefined && { name }) });
}
