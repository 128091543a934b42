import type * as tf from "@tensorflow/tfjs";
import { AnchorkitError } from "../../base/errors.ts";

/** The one tensor that a layer is applied to. @throws if there are several, or none */
export function singleTensor(layer: tf.layers.Layer, inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
  const [first, ...others] = Array.isArray(inputs) ? inputs : [inputs];
  if (!first || others.length > 0) {
    const count = first ? others.length + 1 : 0;
    throw new AnchorkitError(`${whoOf(layer)}: takes one tensor, got ${count}`);
  }
  return first;
}

/** The one shape that a layer is applied to. */
export function singleShape(layer: tf.layers.Layer, shape: tf.Shape | tf.Shape[]): tf.Shape {
  if (!Array.isArray(shape[0])) return shape as tf.Shape;
  if (shape.length > 1) throw new AnchorkitError(`${whoOf(layer)}: takes one tensor, got ${shape.length}`);
  return shape[0];
}

/** "GroupNormalization norm_3": what errors of a layer begin with. */
export function whoOf(layer: tf.layers.Layer): string {
  return `${layer.getClassName()} ${layer.name}`;
}
