import * as tf from "@tensorflow/tfjs";
import { AnchorkitError } from "../../base/errors.ts";
import { drawUniform } from "../randomness.ts";
import { checkedRate, type NoiseConfig, NoiseLayer } from "./noise.ts";

export interface DropoutConfig extends NoiseConfig {
  /** Share that is dropped, 0 to below 1. */
  rate: number;
}

export interface NoiseShapeConfig extends DropoutConfig {
  /** Which values are dropped together: those along the axes that are 1 here; null for an axis as it is. */
  noiseShape?: (number | null)[] | null | undefined;
}

/** A layer that drops values, each alone or all along some axes together. */
export abstract class DroppingLayer extends NoiseLayer {
  readonly rate: number;

  constructor(config: DropoutConfig) {
    super(config);
    this.rate = checkedRate(this.name, config.rate);
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), rate: this.rate };
  }

  /** 1 for an axis along which all values are dropped together. */
  protected abstract noiseShape(shape: readonly number[]): number[];

  protected override disturb(x: tf.Tensor): tf.Tensor {
    if (this.rate === 0) return x.clone();
    const keeps = drawUniform(this.source, this.noiseShape(x.shape)).greaterEqual(this.rate).toFloat();
    return x.mul(keeps.div(1 - this.rate));
  }
}

/**
 * Sets a share of the values to 0 in training, and divides the others by the share that stays (Srivastava et al.,
 * "Dropout", 2014): Keras's `Dropout`, in place of tfjs's, whose numbers a compiled step would freeze. Any shape.
 */
export class Dropout extends DroppingLayer {
  static className = "Dropout";
  readonly #noiseShape: (number | null)[] | undefined;

  constructor(config: NoiseShapeConfig) {
    super(config);
    this.#noiseShape = config.noiseShape ?? undefined;
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), ...(this.#noiseShape && { noiseShape: this.#noiseShape }) };
  }

  protected override noiseShape(shape: readonly number[]): number[] {
    const given = this.#noiseShape;
    if (!given) return [...shape];
    if (given.length !== shape.length) {
      throw new AnchorkitError(
        `Dropout ${this.name}: noiseShape has ${given.length} axes, and the input ${shape.length}`,
      );
    }
    return shape.map((side, axis) => given[axis] ?? side);
  }
}
tf.serialization.registerClass(Dropout);
