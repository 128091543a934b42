import * as tf from "@tensorflow/tfjs";
import { AnchorkitError } from "../../base/errors.ts";

export interface NoiseConfig {
  name?: string;
  inputShape?: tf.Shape;
  /**
   * A number of the layer's own in place of its name, which tells its draws from other layers'. tfjs numbers the layers
   * without a name through the whole process.
   */
  seed?: number | null | undefined;
}

/**
 * What a layer adds to its input in training, from numbers of `drawUniform` and `drawNormal`: seeded by what a compiled
 * step is fed. Otherwise the input passes as it is.
 */
export abstract class NoiseLayer extends tf.layers.Layer {
  readonly seed: number | undefined;

  constructor(config: NoiseConfig) {
    super(config);
    this.seed = config.seed ?? undefined; // null in configurations of Keras
    this.supportsMasking = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown> = {}): tf.Tensor {
    const x = (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor;
    return tf.tidy(() => (kwargs.training === true ? this.disturb(x) : x.clone()));
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape | tf.Shape[] {
    return inputShape;
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), ...(this.seed !== undefined && { seed: this.seed }) };
  }

  /** What `drawUniform` and `drawNormal` know the layer by. */
  protected get source(): string {
    return this.seed === undefined ? this.name : `seed ${this.seed}`;
  }

  /** The input with the noise of training. */
  protected abstract disturb(x: tf.Tensor): tf.Tensor;
}

/** @throws AnchorkitError if a rate does not lie in 0 to below 1 */
export function checkedRate(layer: string, rate: number): number {
  if (rate >= 0 && rate < 1) return rate;
  throw new AnchorkitError(`${layer}: rate is ${rate}; give 0 to below 1`);
}
