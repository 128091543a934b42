import * as tf from "@tensorflow/tfjs";
import { AnchorkitError } from "../../base/errors.ts";
import { drawNormal } from "../randomness.ts";
import { checkedRate, type NoiseConfig, NoiseLayer } from "./noise.ts";

/** Adds normally distributed noise in training: Keras's `GaussianNoise`. Any shape. */
export class GaussianNoise extends NoiseLayer {
  static className = "GaussianNoise";
  readonly stddev: number;

  constructor(config: NoiseConfig & { stddev: number }) {
    super(config);
    const { stddev } = config;
    if (!(stddev >= 0 && stddev < Infinity)) {
      throw new AnchorkitError(`${this.name}: stddev is ${stddev}; give 0 or more`);
    }
    this.stddev = stddev;
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), stddev: this.stddev };
  }

  protected override disturb(x: tf.Tensor): tf.Tensor {
    return this.stddev === 0 ? x.clone() : x.add(drawNormal(this.source, x.shape).mul(this.stddev));
  }
}
tf.serialization.registerClass(GaussianNoise);

/**
 * Multiplies with noise of mean 1 and variance rate / (1 - rate) in training: Keras's `GaussianDropout` (Srivastava et
 * al., 2014, section 10). Any shape.
 */
export class GaussianDropout extends NoiseLayer {
  static className = "GaussianDropout";
  readonly rate: number;

  constructor(config: NoiseConfig & { rate: number }) {
    super(config);
    this.rate = checkedRate(this.name, config.rate);
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), rate: this.rate };
  }

  protected override disturb(x: tf.Tensor): tf.Tensor {
    if (this.rate === 0) return x.clone();
    const deviation = Math.sqrt(this.rate / (1 - this.rate));
    return x.mul(drawNormal(this.source, x.shape).mul(deviation).add(1)); // prettier-ignore
  }
}
tf.serialization.registerClass(GaussianDropout);
