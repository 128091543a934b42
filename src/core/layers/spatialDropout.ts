import * as tf from "@tensorflow/tfjs";
import { AnchorkitError } from "../../base/errors.ts";
import { DroppingLayer } from "./dropout.ts";

/** Drops whole channels of [batch, steps, channels] (Tompson et al., 2015): Keras's `SpatialDropout1D`. */
export class SpatialDropout1D extends DroppingLayer {
  static className = "SpatialDropout1D";

  protected override noiseShape(shape: readonly number[]): number[] {
    return wholeChannels(this.name, shape, 3);
  }
}
tf.serialization.registerClass(SpatialDropout1D);

/** Drops whole channels of [batch, height, width, channels]: Keras's `SpatialDropout2D`. */
export class SpatialDropout2D extends DroppingLayer {
  static className = "SpatialDropout2D";

  protected override noiseShape(shape: readonly number[]): number[] {
    return wholeChannels(this.name, shape, 4);
  }
}
tf.serialization.registerClass(SpatialDropout2D);

function wholeChannels(name: string, shape: readonly number[], rank: number): number[] {
  if (shape.length !== rank) {
    throw new AnchorkitError(`${name}: takes ${rank} axes, and the input has shape [${shape.join(", ")}]`);
  }
  return shape.map((side, axis) => (axis === 0 || axis === rank - 1 ? side : 1));
}
