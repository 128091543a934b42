import * as tf from "@tensorflow/tfjs";
import { AnchorkitError } from "../../../base/errors.ts";
import { shown } from "../../../base/shown.ts";
import { singleShape, singleTensor, whoOf } from "../single.ts";

export interface ImageLayerConfig {
  name?: string;
  inputShape?: tf.Shape;
  /** Where the channels stand (default channelsLast). */
  dataFormat?: "channelsLast" | "channelsFirst";
}

/**
 * A preprocessing layer of images [n, h, w, c] (or of one image [h, w, c]; with channelsFirst the channels stand before
 * the rows), of any number type -> float32.
 */
export abstract class ImageLayer extends tf.layers.Layer {
  readonly dataFormat: "channelsLast" | "channelsFirst";
  /** Whether the layer acts in training only; in inference it then gives the images as they are. */
  readonly onlyTraining: boolean = false;

  constructor(config: ImageLayerConfig) {
    super(config);
    const format = oneOf(this, "dataFormat", config.dataFormat ?? "channelsLast", ["channels_last", "channels_first"]);
    this.dataFormat = format === "channels_first" ? "channelsFirst" : "channelsLast";
  }

  /** [n, h, w, c] float32 -> the same with the size that `outputSize` says. */
  protected abstract transform(images: tf.Tensor4D, training: boolean): tf.Tensor4D;

  /** Height and width of the result; null where they are those of the images. */
  protected outputSize(): readonly [height: number, width: number] | null {
    return null;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown> = {}): tf.Tensor {
    return tf.tidy(() => {
      const x = singleTensor(this, inputs);
      if (x.rank !== 3 && x.rank !== 4) {
        throw new AnchorkitError(
          `${whoOf(this)}: takes images [n, h, w, c] or one image [h, w, c], got [${x.shape.join(", ")}]`,
        );
      }
      const training = kwargs.training === true;
      const numbers = x.dtype === "float32" ? x : x.toFloat();
      if (this.onlyTraining && !training) return numbers.clone();
      const first = this.dataFormat === "channelsFirst";
      const batch = (x.rank === 3 ? numbers.expandDims(0) : numbers) as tf.Tensor4D;
      const made = this.transform(first ? batch.transpose([0, 2, 3, 1]) : batch, training);
      const result = first ? made.transpose([0, 3, 1, 2]) : made;
      return x.rank === 3 ? result.squeeze([0]) : result.clone();
    });
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    const shape = [...singleShape(this, inputShape)];
    const size = this.outputSize();
    const rows = shape.length - (this.dataFormat === "channelsFirst" ? 2 : 3);
    return size ? shape.map((length, axis) => size[axis - rows] ?? length) : shape;
  }

  /** What the layer is made again from, as Keras has it in its model files. */
  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), dataFormat: this.dataFormat };
  }
}

/** One of several words, in Keras's spelling: tfjs turns `horizontal_and_vertical` into camel case when it reads a model. */
export function oneOf<T extends string>(
  layer: tf.layers.Layer,
  field: string,
  value: string,
  allowed: readonly T[],
): T {
  const snake = value.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const found = allowed.find((word) => word === snake);
  if (found === undefined) {
    throw new AnchorkitError(`${whoOf(layer)}: ${field} must be one of ${allowed.join(", ")}, got ${shown(value)}`);
  }
  return found;
}

/** @throws if it is no whole number of 1 or more */
export function pixels(layer: tf.layers.Layer, field: string, value: number): number {
  if (Number.isInteger(value) && value >= 1) return value;
  throw new AnchorkitError(`${whoOf(layer)}: ${field} must be a whole number of 1 or more, got ${shown(value)}`);
}
