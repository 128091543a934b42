import * as tf from "@tensorflow/tfjs";
import { RandomTransformLayer, rangeOf, type Factor, type RandomTransformConfig } from "./randomImageLayer.ts";

export interface RandomTranslationConfig extends RandomTransformConfig {
  /** Share of the height by which images move down (negative: up), -1 to 1. */
  heightFactor: Factor;
  /** Share of the width by which they move right (negative: left), -1 to 1. */
  widthFactor: Factor;
}

/**
 * Moves each image by a random amount in training, [n, h, w, c] -> the same. Settings, transform and numbers for an
 * amount are those of Keras 3's `RandomTranslation`; the amounts drawn are not.
 */
export class RandomTranslation extends RandomTransformLayer {
  static className = "RandomTranslation";
  readonly heightFactor: readonly [number, number];
  readonly widthFactor: readonly [number, number];

  constructor(config: RandomTranslationConfig) {
    super(config);
    this.heightFactor = rangeOf(this, "heightFactor", config.heightFactor, [-1, 1]);
    this.widthFactor = rangeOf(this, "widthFactor", config.widthFactor, [-1, 1]);
  }

  protected override drawTransform(n: number, height: number, width: number): (tf.Tensor1D | number)[] {
    const down = this.draw(n, this.heightFactor).mul<tf.Tensor1D>(-height);
    const right = this.draw(n, this.widthFactor).mul<tf.Tensor1D>(-width);
    return [1, 0, right, 0, 1, down];
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), heightFactor: [...this.heightFactor], widthFactor: [...this.widthFactor] };
  }
}
tf.serialization.registerClass(RandomTranslation);
