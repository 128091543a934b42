import * as tf from "@tensorflow/tfjs";
import { AnchorkitError } from "../../../base/errors.ts";
import { shown } from "../../../base/shown.ts";
import { whoOf } from "../single.ts";
import type { ImageLayerConfig } from "./imageLayer.ts";
import { RandomImageLayer, rangeOf, type Factor } from "./randomImageLayer.ts";

export interface RandomContrastConfig extends ImageLayerConfig {
  /** 0 to 1: contrast is multiplied by a number from 1 - lower to 1 + upper; one number f: from 1 - f to 1 + f. */
  factor: Factor;
  /** What results are clipped to (default 0 to 255). */
  valueRange?: [number, number];
}

/**
 * Changes the contrast of each image in training, [n, h, w, c] -> the same: (x - mean) factor + mean, with the mean of
 * each channel of the image, clipped to the range of values. Settings are those of Keras 3's `RandomContrast`, and the
 * factors what its documentation says.
 */
export class RandomContrast extends RandomImageLayer {
  static className = "RandomContrast";
  readonly factor: readonly [number, number];
  readonly valueRange: readonly [number, number];

  constructor(config: RandomContrastConfig) {
    super(config);
    const { factor } = config;
    if (Array.isArray(factor)) rangeOf(this, "factor", factor, [0, 1]);
    const [lower, upper] = Array.isArray(factor) ? factor : [factor, rangeOf(this, "factor", factor, [0, 1])[1]];
    this.factor = [lower, upper];
    this.valueRange = valueRangeOf(this, config.valueRange);
  }

  protected override transform(images: tf.Tensor4D): tf.Tensor4D {
    const [n] = images.shape;
    const [lower, upper] = this.factor;
    const factor = this.draw(n, [1 - lower, 1 + upper]).reshape([n, 1, 1, 1]);
    const mean = images.mean([1, 2], true);
    return images.sub(mean).mul(factor).add(mean).clipByValue(...this.valueRange) as tf.Tensor4D; // prettier-ignore
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), factor: [...this.factor], valueRange: [...this.valueRange] };
  }
}
tf.serialization.registerClass(RandomContrast);

/** The two ends of what pixels may be, the lower first. */
export function valueRangeOf(layer: tf.layers.Layer, range: [number, number] = [0, 255]): [number, number] {
  const ends: unknown = range;
  if (!Array.isArray(ends) || ends.length !== 2 || !ends.every((end) => Number.isFinite(end))) {
    throw new AnchorkitError(`${whoOf(layer)}: valueRange must be two numbers, got ${shown(range)}`);
  }
  return [Math.min(...range), Math.max(...range)];
}
