import * as tf from "@tensorflow/tfjs";
import { AnchorkitError } from "../../../base/errors.ts";
import { resizeImages, resizePadded, resizeWindow, type Interpolation } from "../../ops/resize.ts";
import { whoOf } from "../single.ts";
import { ImageLayer, oneOf, pixels, type ImageLayerConfig } from "./imageLayer.ts";

export interface ResizingConfig extends ImageLayerConfig {
  height: number;
  width: number;
  /** Default bilinear. */
  interpolation?: Interpolation;
  /** The largest window of the wanted shape is taken from the middle first (default false). */
  cropToAspectRatio?: boolean;
  /** Images are padded to the wanted shape first (default false), with `fillValue` (default 0). */
  padToAspectRatio?: boolean;
  fillValue?: number;
}

/**
 * Images resized, [n, h, w, c] -> [n, height, width, c], with pixel centres at halves and no averaging (antialias) when
 * they shrink. As Keras 3's `Resizing`; it takes the place of tfjs's own, which lies half a pixel off, when a model is
 * read.
 *
 * @throws AnchorkitError for sizes, an interpolation or an antialias that there is none of, and if images are to be both
 *   cropped and padded
 */
export class Resizing extends ImageLayer {
  static className = "Resizing";
  readonly height: number;
  readonly width: number;
  readonly interpolation: Interpolation;
  readonly cropToAspectRatio: boolean;
  readonly padToAspectRatio: boolean;
  readonly fillValue: number;

  constructor(config: ResizingConfig & { antialias?: boolean }) {
    super(config);
    this.height = pixels(this, "height", config.height);
    this.width = pixels(this, "width", config.width);
    this.interpolation = oneOf(this, "interpolation", config.interpolation ?? "bilinear", ["nearest", "bilinear"]);
    this.cropToAspectRatio = config.cropToAspectRatio ?? false;
    this.padToAspectRatio = config.padToAspectRatio ?? false;
    this.fillValue = config.fillValue ?? 0;
    if (config.antialias === true) throw new AnchorkitError(`${whoOf(this)}: antialias must be false`);
    if (this.cropToAspectRatio && this.padToAspectRatio) {
      throw new AnchorkitError(`${whoOf(this)}: cropToAspectRatio and padToAspectRatio exclude each other`);
    }
  }

  protected override outputSize(): [number, number] {
    return [this.height, this.width];
  }

  protected override transform(images: tf.Tensor4D): tf.Tensor4D {
    const size = this.outputSize();
    if (this.cropToAspectRatio) return resizeWindow(images, size, this.interpolation);
    if (this.padToAspectRatio) return resizePadded(images, size, this.interpolation, this.fillValue);
    return resizeImages(images, size, this.interpolation);
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { height, width, interpolation, cropToAspectRatio, padToAspectRatio, fillValue } = this;
    return { ...super.getConfig(), height, width, interpolation, cropToAspectRatio, padToAspectRatio, fillValue };
  }
}
tf.serialization.registerClass(Resizing);
