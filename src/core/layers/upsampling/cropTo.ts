import * as tf from "@tensorflow/tfjs";
import { AnchorkitError } from "../../../base/errors.ts";
import { shown } from "../../../base/shown.ts";
import { whoOf } from "../single.ts";

export interface CropToConfig {
  name?: string;
  /** Which part is kept: from the first row and column on (`start`, default), or the `middle`. */
  keep?: "start" | "middle";
}

/**
 * A map cut to the height and width of another: inputs [x, like], x [n, h, w, c] and like [n, height, width, any]
 * -> [n, height, width, c].
 *
 * @throws AnchorkitError if x is smaller than like
 */
export class CropTo extends tf.layers.Layer {
  static className = "CropTo";
  readonly keep: "start" | "middle";

  constructor(config: CropToConfig = {}) {
    super(config);
    this.keep = config.keep ?? "start";
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const [x, like] = inputs as [tf.Tensor4D, tf.Tensor4D];
    const [, h, w] = x.shape;
    const [, height, width] = like.shape;
    if (h === height && w === width) return x;
    if (h < height || w < width) {
      throw new AnchorkitError(`${whoOf(this)}: cannot cut ${h} x ${w} to ${height} x ${width}`);
    }
    const share = this.keep === "middle" ? 2 : Infinity;
    const [top, left] = [Math.floor((h - height) / share), Math.floor((w - width) / share)];
    return x.slice([0, top, left, 0], [-1, height, width, -1]);
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    const [x, like] = inputShape as tf.Shape[];
    if (x?.length !== 4 || like?.length !== 4) {
      throw new AnchorkitError(`${whoOf(this)}: takes [x, like], both of rank 4, got ${shown(inputShape)}`);
    }
    return [x[0] ?? null, like[1] ?? null, like[2] ?? null, x[3] ?? null];
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), keep: this.keep };
  }
}
tf.serialization.registerClass(CropTo);
