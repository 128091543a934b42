import * as tf from "@tensorflow/tfjs";
import { countingColumns } from "../ops/columns.ts";
import { whoOf } from "./single.ts";

export interface ColumnsConfig {
  name?: string;
  /** Pixels of the image for each column of the map. */
  stride: number;
}

/** A layer of a map [batch, height, columns, channels] and the widths of the images in pixels, [batch, 1]. */
abstract class ColumnsLayer extends tf.layers.Layer {
  readonly stride: number;

  constructor(config: ColumnsConfig) {
    super(config);
    this.stride = config.stride;
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), stride: this.stride };
  }

  /** The map, and which of its columns count, [batch, columns]. */
  protected counting(inputs: tf.Tensor | tf.Tensor[]): [map: tf.Tensor4D, counts: tf.Tensor2D] {
    const [map, widths] = inputs as [tf.Tensor4D, tf.Tensor2D];
    return [map, countingColumns(widths, map.shape[2], this.stride)];
  }

  protected shapeOfMap(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    const [map] = inputShape;
    if (!Array.isArray(map)) throw new Error(`${whoOf(this)}: takes a map and the widths of the images`);
    return map;
  }
}

/**
 * Columns behind the images become 0, [map, widths] -> the map: the padding that a convolution has at the border of an
 * image, so that what comes out does not depend on how wide the canvas is.
 */
export class BlankColumns extends ColumnsLayer {
  static className = "BlankColumns";

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const [map, counts] = this.counting(inputs);
      return map.mul(counts.expandDims(1).expandDims(3));
    });
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    return this.shapeOfMap(inputShape);
  }
}
tf.serialization.registerClass(BlankColumns);

/** Which columns count, [map, widths] -> [batch, columns], 1 or 0: the mask of a recurrent layer that reads them. */
export class ColumnCounts extends ColumnsLayer {
  static className = "ColumnCounts";

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => this.counting(inputs)[1]);
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    const [batch = null, , columns = null] = this.shapeOfMap(inputShape);
    return [batch, columns];
  }
}
tf.serialization.registerClass(ColumnCounts);

/** A map as a sequence of its columns, [batch, height, columns, channels] -> [batch, columns, height * channels]. */
export class ColumnSequence extends tf.layers.Layer {
  static className = "ColumnSequence";

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const map = (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor4D;
      const [batch, height, columns, channels] = map.shape;
      const turned = height === 1 ? map : map.transpose([0, 2, 1, 3]);
      return turned.reshape([batch, columns, height * channels]);
    });
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    const [batch = null, height, columns = null, channels] = inputShape as tf.Shape;
    if (height == null || channels == null) throw new Error(`${whoOf(this)}: the height of the map must be known`);
    return [batch, columns, height * channels];
  }
}
tf.serialization.registerClass(ColumnSequence);
