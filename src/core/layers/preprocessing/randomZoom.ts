import * as tf from "@tensorflow/tfjs";
import { RandomTransformLayer, rangeOf, type Factor, type RandomTransformConfig } from "./randomImageLayer.ts";

export interface RandomZoomConfig extends RandomTransformConfig {
  /** Share of the height by which more (zooming out) or less (negative: zooming in) of it is seen, above -1 to 1. */
  heightFactor: Factor;
  /** The same of the width; left out, both sides take one number and shapes stay. */
  widthFactor?: Factor | null;
}

/**
 * Zooms each image about its middle by a random amount in training, [n, h, w, c] -> the same. Settings, transform and
 * numbers for an amount are those of Keras 3's `RandomZoom`; the amounts drawn are not.
 */
export class RandomZoom extends RandomTransformLayer {
  static className = "RandomZoom";
  readonly heightFactor: readonly [number, number];
  readonly widthFactor: readonly [number, number] | null;

  constructor(config: RandomZoomConfig) {
    super(config);
    const bounds = [-1 + 1e-6, 1] as const; // nothing can be seen at -1
    this.heightFactor = rangeOf(this, "heightFactor", config.heightFactor, bounds);
    this.widthFactor = config.widthFactor == null ? null : rangeOf(this, "widthFactor", config.widthFactor, bounds);
  }

  protected override drawTransform(n: number, height: number, width: number): (tf.Tensor1D | number)[] {
    const rows = this.draw(n, this.heightFactor).add<tf.Tensor1D>(1);
    const columns = this.widthFactor ? this.draw(n, this.widthFactor).add<tf.Tensor1D>(1) : rows;
    const right = tf.sub(1, columns).mul<tf.Tensor1D>((width - 1) / 2);
    const down = tf.sub(1, rows).mul<tf.Tensor1D>((height - 1) / 2);
    return [columns, 0, right, 0, rows, down];
  }

  override getConfig(): tf.serialization.ConfigDict {
    const widthFactor = this.widthFactor && [...this.widthFactor];
    return { ...super.getConfig(), heightFactor: [...this.heightFactor], widthFactor };
  }
}
tf.serialization.registerClass(RandomZoom);
