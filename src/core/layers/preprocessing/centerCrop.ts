import * as tf from "@tensorflow/tfjs";
import { resizeWindow } from "../../ops/resize.ts";
import { ImageLayer, pixels, type ImageLayerConfig } from "./imageLayer.ts";

export interface CenterCropConfig extends ImageLayerConfig {
  height: number;
  width: number;
}

/**
 * The middle of each image, [n, h, w, c] -> [n, height, width, c]; where an image is smaller than that, the largest
 * window of its shape from the middle, resized (bilinear). As Keras 3's `CenterCrop`; it takes the place of tfjs's own
 * when a model is read.
 */
export class CenterCrop extends ImageLayer {
  static className = "CenterCrop";
  readonly height: number;
  readonly width: number;

  constructor(config: CenterCropConfig) {
    super(config);
    this.height = pixels(this, "height", config.height);
    this.width = pixels(this, "width", config.width);
  }

  protected override outputSize(): [number, number] {
    return [this.height, this.width];
  }

  protected override transform(images: tf.Tensor4D): tf.Tensor4D {
    const [, h, w] = images.shape;
    const [top, left] = [h - this.height, w - this.width].map((more) => Math.floor(more / 2)) as [number, number];
    if (top < 0 || left < 0) return resizeWindow(images, this.outputSize(), "bilinear");
    return images.slice([0, top, left, 0], [-1, this.height, this.width, -1]);
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), height: this.height, width: this.width };
  }
}
tf.serialization.registerClass(CenterCrop);
