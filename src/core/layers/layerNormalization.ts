import * as tf from "@tensorflow/tfjs";
import { AnchorkitError } from "../../base/errors.ts";
import { shown } from "../../base/shown.ts";
import { standardize } from "../ops/standardize.ts";
import { singleShape, singleTensor, whoOf } from "./single.ts";

export interface LayerNormalizationConfig {
  name?: string;
  trainable?: boolean;
  inputShape?: tf.Shape;
  /** The axes that mean and variance go over; negative ones count from the end (default -1). */
  axis?: number | number[];
  /** Added to the variance (default 1e-3). */
  epsilon?: number;
  /** Whether there is a factor gamma (default true), and a summand beta (default true). */
  scale?: boolean;
  center?: boolean;
}

/**
 * Layer normalisation (Ba et al., 2016), any rank -> the same shape: gamma (x - mean) / sqrt(variance + epsilon) + beta,
 * mean and variance of each example over the axes. Weights gamma and beta have the sizes of the axes, and Keras's names
 * and order. Registered as Keras's `LayerNormalization`: it takes the place of tfjs's own, which runs many more ops,
 * when a model is read.
 */
export class LayerNormalization extends tf.layers.Layer {
  static className = "LayerNormalization";
  override supportsMasking = true;
  readonly axis: number | number[];
  readonly epsilon: number;
  readonly scale: boolean;
  readonly center: boolean;
  #gamma: tf.LayerVariable | undefined;
  #beta: tf.LayerVariable | undefined;

  constructor(config: LayerNormalizationConfig = {}) {
    super(config);
    this.axis = config.axis ?? -1;
    this.epsilon = config.epsilon ?? 1e-3;
    this.scale = config.scale ?? true;
    this.center = config.center ?? true;
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const shape = singleShape(this, inputShape);
    const sizes = this.#axesOf(shape.length).map((axis) => {
      const size = shape[axis];
      if (size == null) throw new AnchorkitError(`${whoOf(this)}: the size of axis ${axis} must be known`);
      return size;
    });
    if (this.scale) this.#gamma = this.addWeight("gamma", sizes, "float32", tf.initializers.ones());
    if (this.center) this.#beta = this.addWeight("beta", sizes, "float32", tf.initializers.zeros());
    super.build(inputShape);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = singleTensor(this, inputs);
      const axes = this.#axesOf(x.rank);
      const wide = x.shape.map((size, axis) => (axes.includes(axis) ? size : 1));
      let y = standardize(x, axes, this.epsilon);
      if (this.#gamma) y = y.mul(this.#gamma.read().reshape(wide));
      if (this.#beta) y = y.add(this.#beta.read().reshape(wide));
      return y;
    });
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape | tf.Shape[] {
    return inputShape;
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { axis, epsilon, scale, center } = this;
    return { ...super.getConfig(), axis, epsilon, scale, center };
  }

  /** The axes counted from the front, in order. */
  #axesOf(rank: number): number[] {
    const axes = [this.axis].flat().map((axis) => (axis < 0 ? axis + rank : axis));
    const wrong = axes.some((axis, i) => !Number.isInteger(axis) || axis < 0 || axis >= rank || axes.indexOf(axis) < i);
    if (wrong || axes.length === 0) {
      throw new AnchorkitError(`${whoOf(this)}: axis ${shown(this.axis)} does not fit an input of rank ${rank}`);
    }
    return axes.sort((a, b) => a - b);
  }
}
tf.serialization.registerClass(LayerNormalization);
