import * as tf from "@tensorflow/tfjs";
import { RandomTransformLayer, rangeOf, type Factor, type RandomTransformConfig } from "./randomImageLayer.ts";

export interface RandomShearConfig extends RandomTransformConfig {
  /** By how much of a pixel a row is moved against the one above it, -1 to 1 (default 0). */
  xFactor?: Factor;
  /** And a column against the one to its left. */
  yFactor?: Factor;
}

/**
 * Slants each image in training, [n, h, w, c] -> the same, about its upper left corner, both axes to one side or both to
 * the other. Settings, transform and numbers are those of Keras 3's `RandomShear`; the amounts drawn are not.
 */
export class RandomShear extends RandomTransformLayer {
  static className = "RandomShear";
  readonly xFactor: readonly [number, number];
  readonly yFactor: readonly [number, number];

  constructor(config: RandomShearConfig) {
    super(config);
    this.xFactor = rangeOf(this, "xFactor", config.xFactor ?? 0, [-1, 1]);
    this.yFactor = rangeOf(this, "yFactor", config.yFactor ?? 0, [-1, 1]);
  }

  protected override drawTransform(n: number): (tf.Tensor1D | number)[] {
    const side = this.draw(n, [-1, 1]).sign();
    const [x, y] = [
      this.draw(n, this.xFactor).mul<tf.Tensor1D>(side),
      this.draw(n, this.yFactor).mul<tf.Tensor1D>(side),
    ];
    return [1, x, 0, y, 1, 0];
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), xFactor: [...this.xFactor], yFactor: [...this.yFactor] };
  }
}
tf.serialization.registerClass(RandomShear);
