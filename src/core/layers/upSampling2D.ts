import * as tf from "@tensorflow/tfjs";
import { AnchorkitError } from "../../base/errors.ts";
import { shown } from "../../base/shown.ts";
import { resizeImages, type Interpolation } from "../ops/resize.ts";
import { singleShape, singleTensor } from "./single.ts";

export interface UpSampling2DConfig {
  name?: string;
  inputShape?: tf.Shape;
  /** How many times higher and wider; one number for both (default 2). */
  size?: number | [rows: number, columns: number];
  /** `nearest` (default) repeats pixels, `bilinear` mixes them with pixel centres at halves, as Keras does. */
  interpolation?: Interpolation;
  dataFormat?: "channelsLast" | "channelsFirst";
}

/**
 * Maps enlarged by whole numbers, [n, h, w, c] -> [n, rows h, columns w, c]. Registered as Keras's `UpSampling2D`: it
 * takes the place of tfjs's own, whose bilinear mode lies half a pixel off, when a model is read.
 *
 * @throws AnchorkitError if size is no whole number of 1 or more, or for another interpolation
 */
export class UpSampling2D extends tf.layers.Layer {
  static className = "UpSampling2D";
  readonly size: [rows: number, columns: number];
  readonly interpolation: Interpolation;
  readonly dataFormat: "channelsLast" | "channelsFirst";

  constructor(config: UpSampling2DConfig = {}) {
    super(config);
    const size = config.size ?? 2;
    this.size = typeof size === "number" ? [size, size] : size;
    this.interpolation = config.interpolation ?? "nearest";
    this.dataFormat = config.dataFormat ?? "channelsLast";
    const who = `UpSampling2D ${this.name}`;
    if ((this.size as number[]).length !== 2 || !this.size.every((times) => Number.isInteger(times) && times >= 1)) {
      throw new AnchorkitError(`${who}: size must be one or two whole numbers of 1 or more, got ${shown(config.size)}`);
    }
    if (!["nearest", "bilinear"].includes(this.interpolation)) {
      throw new AnchorkitError(`${who}: interpolation must be nearest or bilinear, got ${shown(this.interpolation)}`);
    }
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = singleTensor(this, inputs) as tf.Tensor4D;
      const first = this.dataFormat === "channelsFirst";
      const maps = first ? x.transpose<tf.Tensor4D>([0, 2, 3, 1]) : x;
      const [, h, w] = maps.shape;
      const large = resizeImages(maps, [h * this.size[0], w * this.size[1]], this.interpolation);
      return first ? large.transpose([0, 3, 1, 2]) : large;
    });
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    const shape = singleShape(this, inputShape);
    const from = this.dataFormat === "channelsFirst" ? 2 : 1; // the axis of the rows
    return shape.map((length, axis) => {
      const times = this.size[axis - from];
      return length == null || times === undefined ? length : length * times;
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { size, interpolation, dataFormat } = this;
    return { ...super.getConfig(), size, interpolation, dataFormat };
  }
}
tf.serialization.registerClass(UpSampling2D);
