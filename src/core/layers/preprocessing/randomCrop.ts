import * as tf from "@tensorflow/tfjs";
import { resizeWindow } from "../../ops/resize.ts";
import { transformImages } from "../../ops/transformImages.ts";
import { pixels, type ImageLayerConfig } from "./imageLayer.ts";
import { RandomImageLayer } from "./randomImageLayer.ts";

export interface RandomCropConfig extends ImageLayerConfig {
  height: number;
  width: number;
}

/**
 * A window of a fixed size at a random place of each image in training, [n, h, w, c] -> [n, height, width, c]. In
 * inference, and where an image is smaller than the window, the largest window of its shape from the middle, resized
 * (bilinear): as the documentation of Keras 3's `RandomCrop` says.
 */
export class RandomCrop extends RandomImageLayer {
  static className = "RandomCrop";
  override readonly onlyTraining = false;
  readonly height: number;
  readonly width: number;

  constructor(config: RandomCropConfig) {
    super(config);
    this.height = pixels(this, "height", config.height);
    this.width = pixels(this, "width", config.width);
  }

  protected override outputSize(): [number, number] {
    return [this.height, this.width];
  }

  protected override transform(images: tf.Tensor4D, training: boolean): tf.Tensor4D {
    const [n, h, w] = images.shape;
    const size = this.outputSize();
    if (!training || h < this.height || w < this.width) return resizeWindow(images, size, "bilinear");
    const top = this.draw(n, [0, h - this.height + 1]).floor();
    const left = this.draw(n, [0, w - this.width + 1]).floor();
    const [zero, one] = [tf.zeros<tf.Rank.R1>([n]), tf.ones<tf.Rank.R1>([n])];
    const columns = [one, zero, left, zero, one, top, zero, zero];
    return transformImages(images, tf.stack(columns, 1) as tf.Tensor2D, {
      interpolation: "nearest",
      fillMode: "nearest",
      size,
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), height: this.height, width: this.width };
  }
}
tf.serialization.registerClass(RandomCrop);
