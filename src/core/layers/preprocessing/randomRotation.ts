import * as tf from "@tensorflow/tfjs";
import { RandomTransformLayer, rangeOf, type Factor, type RandomTransformConfig } from "./randomImageLayer.ts";

export interface RandomRotationConfig extends RandomTransformConfig {
  /** Share of a full turn, counter-clockwise, -1 to 1: 0.1 for -36° to 36°. */
  factor: Factor;
}

/**
 * Turns each image about its middle by a random angle in training, [n, h, w, c] -> the same. Settings, transform and
 * numbers for an angle are those of Keras 3's `RandomRotation`; the angles drawn are not.
 */
export class RandomRotation extends RandomTransformLayer {
  static className = "RandomRotation";
  readonly factor: readonly [number, number];

  constructor(config: RandomRotationConfig) {
    super(config);
    this.factor = rangeOf(this, "factor", config.factor, [-1, 1]);
  }

  protected override drawTransform(n: number, height: number, width: number): (tf.Tensor1D | number)[] {
    const angle = this.draw(n, this.factor).mul<tf.Tensor1D>(2 * Math.PI);
    const [cos, sin] = [angle.cos(), angle.sin()];
    const [cx, cy] = [(width - 1) / 2, (height - 1) / 2];
    const right = cos.mul(-cx).add<tf.Tensor1D>(sin.mul(cy)).add<tf.Tensor1D>(cx);
    const down = sin.mul(-cx).sub<tf.Tensor1D>(cos.mul(cy)).add<tf.Tensor1D>(cy);
    return [cos, sin.neg(), right, sin, cos, down];
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), factor: [...this.factor] };
  }
}
tf.serialization.registerClass(RandomRotation);
