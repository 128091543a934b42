import * as tf from "@tensorflow/tfjs";
import { AnchorkitError } from "../../../base/errors.ts";
import { subpixelShuffle } from "../../ops/upsampling/subpixel.ts";
import { singleShape, singleTensor, whoOf } from "../single.ts";
import { type FactorConfig, times, wholeFactor } from "./factor.ts";

/**
 * Channels as the pixels of blocks, [n, h, w, f f c] -> [n, f h, f w, c]: the second half of a sub-pixel convolution;
 * see ops/upsampling/subpixel.ts.
 *
 * @throws AnchorkitError if factor is no whole number of 1 or more, or the channels are no multiple of its square
 */
export class SubpixelShuffle extends tf.layers.Layer {
  static className = "SubpixelShuffle";
  readonly factor: number;

  constructor(config: FactorConfig = {}) {
    super(config);
    this.factor = wholeFactor(this, config.factor);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => subpixelShuffle(singleTensor(this, inputs) as tf.Tensor4D, this.factor));
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    const [n = null, h, w, c] = singleShape(this, inputShape);
    const pixels = this.factor ** 2;
    if (c == null || c % pixels !== 0) {
      throw new AnchorkitError(`${whoOf(this)}: ${c ?? "unknown"} channels are no multiple of ${pixels}`);
    }
    return [n, times(h, this.factor), times(w, this.factor), c / pixels];
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), factor: this.factor };
  }
}
tf.serialization.registerClass(SubpixelShuffle);
