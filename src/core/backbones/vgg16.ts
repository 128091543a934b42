import * as tf from "@tensorflow/tfjs";
import {
  CENTRED_PIXELS,
  imageInput,
  makeBackbone,
  STANDARDIZED_PIXELS,
  type Backbone,
  type BackboneOptions,
} from "./backbone.ts";
import { blocks } from "./blocks.ts";
import type { Publisher } from "./names.ts";

/** Channels of the 3x3 convolutions of each block; a maximum over 2x2 follows each block. */
export const VGG16_BLOCKS = [
  [64, 64],
  [128, 128],
  [256, 256, 256],
  [512, 512, 512],
  [512, 512, 512],
];

/**
 * VGG16 (Simonyan and Zisserman, "Very Deep Convolutional Networks", 2015) without its classifier, with Keras's names
 * (block1_conv1, …): biases, no normalisation. Maps are the last of a block, before its pooling: strides 4, 8 and 16
 * (block5_conv3_relu, Faster R-CNN's own choice), and the last pooling's at 32. The poolings keep an odd last row or
 * column, as the strides of all backbones here do; Keras and torchvision leave it out, and with it the border of the
 * image.
 */
export function buildVgg16(options: BackboneOptions, publisher: Publisher): Backbone {
  const b = blocks(options, { momentum: 0.99, epsilon: 1e-3 });
  const input = imageInput(options);
  const maps: [number, tf.SymbolicTensor][] = [];
  let x = input;
  for (const [i, channels] of VGG16_BLOCKS.entries()) {
    const block = `block${i + 1}`;
    for (const [j, filters] of channels.entries()) {
      x = b.conv(x, `${block}_conv${j + 1}`, filters, 3, { useBias: true });
      x = b.relu(x, `${block}_conv${j + 1}_relu`);
    }
    if (i >= 2) maps.push([2 ** i, x]);
    const pool = tf.layers.maxPooling2d({ name: `${block}_pool`, poolSize: 2, strides: 2, padding: "same" });
    x = pool.apply(x) as tf.SymbolicTensor;
  }
  maps.push([32, x]);
  return makeBackbone(
    "vgg16",
    input,
    maps,
    publisher === "keras"
      ? { preprocessing: CENTRED_PIXELS, bgrKernel: "block1_conv1" }
      : { preprocessing: STANDARDIZED_PIXELS },
  );
}
