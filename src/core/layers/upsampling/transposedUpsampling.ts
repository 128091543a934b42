import * as tf from "@tensorflow/tfjs";
import { AnchorkitError } from "../../../base/errors.ts";
import { variableOf } from "../../namedWeights.ts";
import { bilinearKernel, bilinearSide } from "../../ops/upsampling/bilinearKernel.ts";
import { transposedUpsampling } from "../../ops/upsampling/transposedUpsampling.ts";
import { singleShape, singleTensor, whoOf } from "../single.ts";
import { type FactorConfig, times, wholeFactor } from "./factor.ts";

/**
 * Maps enlarged by a transposed convolution of each channel, [n, h, w, c] -> [n, f h, f w, c], that starts as bilinear
 * interpolation and learns (Long et al., "Fully Convolutional Networks for Semantic Segmentation", 2015); see
 * ops/upsampling/transposedUpsampling.ts. Weights: kernel [side, side, c], where side is 2 f, and one less
 * for odd f.
 *
 * @throws AnchorkitError if factor is no whole number of 1 or more
 */
export class TransposedUpsampling extends tf.layers.Layer {
  static className = "TransposedUpsampling";
  readonly factor: number;
  #kernel: tf.LayerVariable | undefined;

  constructor(config: FactorConfig = {}) {
    super(config);
    this.factor = wholeFactor(this, config.factor);
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const channels = singleShape(this, inputShape).at(-1);
    if (channels == null) throw new AnchorkitError(`${whoOf(this)}: the number of channels must be known`);
    const side = bilinearSide(this.factor);
    this.#kernel = this.addWeight("kernel", [side, side, channels], "float32", tf.initializers.zeros());
    const variable = variableOf(this.#kernel);
    tf.tidy(() => {
      variable.assign(bilinearKernel(this.factor).expandDims(2).tile([1, 1, channels]));
    });
    super.build(inputShape);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const kernel = this.#kernel?.read() as tf.Tensor3D;
    return transposedUpsampling(singleTensor(this, inputs) as tf.Tensor4D, kernel, this.factor);
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    const [n = null, h, w, c = null] = singleShape(this, inputShape);
    return [n, times(h, this.factor), times(w, this.factor), c];
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), factor: this.factor };
  }
}
tf.serialization.registerClass(TransposedUpsampling);
