import * as tf from "@tensorflow/tfjs";
import { oneOf, type ImageLayerConfig } from "./imageLayer.ts";
import { RandomImageLayer } from "./randomImageLayer.ts";

const MODES = ["horizontal", "vertical", "horizontal_and_vertical"] as const;

export interface RandomFlipConfig extends ImageLayerConfig {
  /** Default horizontal_and_vertical. */
  mode?: (typeof MODES)[number];
}

/**
 * Mirrors each image with a probability of one half in training, left to right, upside down or both, [n, h, w, c] -> the
 * same. As Keras 3's `RandomFlip`, but that horizontal_and_vertical draws for each direction by itself, where Keras 3.15
 * mirrors both ways or not at all.
 */
export class RandomFlip extends RandomImageLayer {
  static className = "RandomFlip";
  readonly mode: (typeof MODES)[number];

  constructor(config: RandomFlipConfig = {}) {
    super(config);
    this.mode = oneOf(this, "mode", config.mode ?? "horizontal_and_vertical", MODES);
  }

  protected override transform(images: tf.Tensor4D): tf.Tensor4D {
    const [n] = images.shape;
    let result = images;
    for (const [direction, axis] of [["horizontal", 2], ["vertical", 1]] as const) {
      if (!this.mode.includes(direction)) continue;
      const flipped = this.draw(n, [0, 1]).less(0.5).reshape([n, 1, 1, 1]);
      result = tf.where(flipped, result.reverse(axis), result);
    } // prettier-ignore
    return result;
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), mode: this.mode };
  }
}
tf.serialization.registerClass(RandomFlip);
