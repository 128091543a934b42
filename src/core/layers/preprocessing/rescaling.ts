import * as tf from "@tensorflow/tfjs";
import { AnchorkitError } from "../../../base/errors.ts";
import { shown } from "../../../base/shown.ts";
import { singleTensor, whoOf } from "../single.ts";

export interface RescalingConfig {
  name?: string;
  inputShape?: tf.Shape;
  /** One number, or one for each of the last axis. */
  scale: number | number[];
  /** Default 0. */
  offset?: number | number[];
}

/**
 * x scale + offset, any shape and type -> float32 of the same shape. As Keras 3's `Rescaling`; it takes the place of
 * tfjs's own, which knows single numbers alone, when a model is read.
 */
export class Rescaling extends tf.layers.Layer {
  static className = "Rescaling";
  override supportsMasking = true;
  readonly scale: number | number[];
  readonly offset: number | number[];

  constructor(config: RescalingConfig) {
    super(config);
    this.scale = numbers(this, "scale", config.scale);
    this.offset = numbers(this, "offset", config.offset ?? 0);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = singleTensor(this, inputs);
      for (const field of ["scale", "offset"] as const) {
        const value = this[field];
        if (typeof value === "number" || value.length === 1 || value.length === x.shape.at(-1)) continue;
        throw new AnchorkitError(
          `${whoOf(this)}: ${field} has ${value.length} numbers, and the input [${x.shape.join(", ")}] ends with another size`,
        );
      }
      return x.toFloat().mul(this.scale).add(this.offset);
    });
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape | tf.Shape[] {
    return inputShape;
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), scale: this.scale, offset: this.offset };
  }
}
tf.serialization.registerClass(Rescaling);

function numbers(layer: tf.layers.Layer, field: string, value: number | number[]): number | number[] {
  const all: unknown[] = [value].flat();
  if (all.length > 0 && all.every((one) => Number.isFinite(one))) return value;
  throw new AnchorkitError(`${whoOf(layer)}: ${field} must be a number or a list of numbers, got ${shown(value)}`);
}
