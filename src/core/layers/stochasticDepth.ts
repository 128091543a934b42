import * as tf from "@tensorflow/tfjs";
import { DroppingLayer } from "./dropout.ts";

/**
 * Drops a residual branch in training, for each sample of the batch alone, and divides what stays by the share that
 * survives (Huang et al., "Deep networks with stochastic depth", 2016): torchvision's `StochasticDepth` of mode row,
 * timm's `DropPath`. It stands at the end of the branch, before the sum: x + branch. Any shape, [batch, …].
 */
export class StochasticDepth extends DroppingLayer {
  static className = "StochasticDepth";

  protected override noiseShape(shape: readonly number[]): number[] {
    return shape.map((side, axis) => (axis === 0 ? side : 1));
  }
}
tf.serialization.registerClass(StochasticDepth);
