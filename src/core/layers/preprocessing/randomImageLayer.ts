import * as tf from "@tensorflow/tfjs";
import { AnchorkitError } from "../../../base/errors.ts";
import { shown } from "../../../base/shown.ts";
import type { Interpolation } from "../../ops/resize.ts";
import { FILL_MODES, transformImages, type FillMode } from "../../ops/transformImages.ts";
import { drawUniform } from "../../randomness.ts";
import { whoOf } from "../single.ts";
import { ImageLayer, oneOf, type ImageLayerConfig } from "./imageLayer.ts";

/** A number f, for the range from -f to f, or the two ends of a range. */
export type Factor = number | [lower: number, upper: number];

/**
 * A preprocessing layer that varies each image by itself in training, and gives it as it is otherwise. Its random numbers
 * come from the seed of `seeded`: fed to a compiled step, they differ from run to run.
 */
export abstract class RandomImageLayer extends ImageLayer {
  override readonly onlyTraining: boolean = true;

  /** A number for each of n images, uniform between the ends, [n]. */
  protected draw(n: number, [lower, upper]: readonly [number, number]): tf.Tensor1D {
    return drawUniform(this.name, [n])
      .mul(upper - lower)
      .add<tf.Tensor1D>(lower);
  }
}

export interface RandomTransformConfig extends ImageLayerConfig {
  /** What is read outside of the image (default reflect). */
  fillMode?: FillMode;
  /** What `constant` reads there (default 0). */
  fillValue?: number;
  /** Default bilinear. */
  interpolation?: Interpolation;
}

/** A random layer that reads each image through a transform of its own; see ops/transformImages.ts. */
export abstract class RandomTransformLayer extends RandomImageLayer {
  readonly fillMode: FillMode;
  readonly fillValue: number;
  readonly interpolation: Interpolation;

  constructor(config: RandomTransformConfig) {
    super(config);
    this.fillMode = oneOf(this, "fillMode", config.fillMode ?? "reflect", FILL_MODES);
    this.interpolation = oneOf(this, "interpolation", config.interpolation ?? "bilinear", ["nearest", "bilinear"]);
    this.fillValue = config.fillValue ?? 0;
  }

  /** The rows a0, a1, a2, b0, b1, b2 of a drawn transform for each of n images, each [n] or one number for all. */
  protected abstract drawTransform(n: number, height: number, width: number): (tf.Tensor1D | number)[];

  protected override transform(images: tf.Tensor4D): tf.Tensor4D {
    const [n, h, w] = images.shape;
    const columns = [...this.drawTransform(n, h, w), 0, 0].map((column) =>
      typeof column === "number" ? tf.fill([n], column) : column,
    );
    const { fillMode, fillValue, interpolation } = this;
    return transformImages(images, tf.stack(columns, 1) as tf.Tensor2D, { fillMode, fillValue, interpolation });
  }

  /** What the layer is made again from, as Keras has it in its model files. */
  override getConfig(): tf.serialization.ConfigDict {
    const { fillMode, fillValue, interpolation } = this;
    return { ...super.getConfig(), fillMode, fillValue, interpolation };
  }
}

/**
 * The two ends of a factor, the lower first.
 *
 * @throws AnchorkitError if it is no number and no pair of numbers within the bounds
 */
export function rangeOf(
  layer: tf.layers.Layer,
  field: string,
  factor: Factor,
  [least, most]: readonly [number, number],
): [lower: number, upper: number] {
  const ends: unknown = typeof factor === "number" ? [-Math.abs(factor), Math.abs(factor)] : factor;
  const given: unknown[] = typeof factor === "number" ? [factor] : Array.isArray(ends) ? ends : [];
  const fits = given.every((end) => typeof end === "number" && end >= least && end <= most);
  if (!Array.isArray(ends) || ends.length !== 2 || !fits) {
    throw new AnchorkitError(
      `${whoOf(layer)}: ${field} must be a number or two numbers from ${least} to ${most}, got ${shown(factor)}`,
    );
  }
  const [a, b] = ends as [number, number];
  return [Math.max(Math.min(a, b), least), Math.max(a, b)];
}
