import * as tf from "@tensorflow/tfjs";
import type { ImageLayerConfig } from "./imageLayer.ts";
import { valueRangeOf } from "./randomContrast.ts";
import { RandomImageLayer, rangeOf, type Factor } from "./randomImageLayer.ts";

export interface RandomBrightnessConfig extends ImageLayerConfig {
  /** Share of the range of values that is added, -1 to 1. */
  factor: Factor;
  /** What pixels may be, and results are clipped to (default 0 to 255). */
  valueRange?: [number, number];
}

/**
 * Makes each image lighter or darker in training, [n, h, w, c] -> the same: one random number is added to all its
 * pixels, clipped to the range of values. As Keras 3's `RandomBrightness`.
 */
export class RandomBrightness extends RandomImageLayer {
  static className = "RandomBrightness";
  readonly factor: readonly [number, number];
  readonly valueRange: readonly [number, number];

  constructor(config: RandomBrightnessConfig) {
    super(config);
    this.factor = rangeOf(this, "factor", config.factor, [-1, 1]);
    this.valueRange = valueRangeOf(this, config.valueRange);
  }

  protected override transform(images: tf.Tensor4D): tf.Tensor4D {
    const [n] = images.shape;
    const [low, high] = this.valueRange;
    const added = this.draw(n, this.factor).mul(high - low).reshape([n, 1, 1, 1]); // prettier-ignore
    return images.add(added).clipByValue(low, high) as tf.Tensor4D;
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), factor: [...this.factor], valueRange: [...this.valueRange] };
  }
}
tf.serialization.registerClass(RandomBrightness);
