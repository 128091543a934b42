import type * as tf from "@tensorflow/tfjs";
import {
  channelsOf,
  imageInput,
  makeBackbone,
  type Backbone,
  type BackboneOptions,
  type PixelScaling,
} from "./backbone.ts";
import { blocks, type Blocks } from "./blocks.ts";

/**
 * ResNet-18 (He et al., "Deep Residual Learning", 2016): two 3x3 in each block, no biases, padding of one pixel on
 * every side. Keras has none; layers are named as in its ResNet-50. Maps at strides 4, 8, 16 and 32.
 */
export function buildResnet18(options: BackboneOptions): Backbone {
  const b = blocks(options, { momentum: 0.9, epsilon: 1e-5 });
  const input = imageInput(options);
  const maps = stages(b, stem(b, input, false), [2, 2, 2, 2], basicBlock);
  const preprocessing: PixelScaling = { mean: [123.675, 116.28, 103.53], deviation: [58.395, 57.12, 57.375] };
  return makeBackbone("resnet18", input, maps, { preprocessing });
}

/**
 * ResNet-50, first version, with Keras's names (conv1_conv, conv2_block1_0_conv, …), biases, padding, and the stride
 * in a block's first 1x1. Maps at strides 4, 8, 16 and 32.
 */
export function buildResnet50(options: BackboneOptions): Backbone {
  const b = blocks(options, { momentum: 0.99, epsilon: 1.001e-5 });
  const input = imageInput(options);
  const maps = stages(b, stem(b, input, true), [3, 4, 6, 3], bottleneckBlock);
  const preprocessing: PixelScaling = { mean: [123.68, 116.779, 103.939], deviation: [1, 1, 1] };
  return makeBackbone("resnet50", input, maps, { preprocessing, bgrKernel: "conv1_conv" });
}

/** A block of a stage with `channels` (64, 128, 256, 512) inside. */
type Block = (b: Blocks, x: tf.SymbolicTensor, name: string, channels: number, strides: number) => tf.SymbolicTensor;

/** 7x7 with stride 2 and 3x3 maximum with stride 2: [n, h, w, 3] -> [n, h / 4, w / 4, 64]. */
function stem(b: Blocks, input: tf.SymbolicTensor, useBias: boolean): tf.SymbolicTensor {
  const padded = b.pad(input, "conv1_pad", 3);
  const x = b.conv(padded, "conv1_conv", 64, 7, { strides: 2, padding: "valid", useBias });
  return b.paddedMaxPool(b.relu(b.norm(x, "conv1_bn"), "conv1_relu"), "pool1");
}

/** conv2_block1, conv2_block2, …, conv5_blockN; the last of each stage is a map. */
function stages(b: Blocks, x: tf.SymbolicTensor, counts: number[], block: Block): [number, tf.SymbolicTensor][] {
  const maps: [number, tf.SymbolicTensor][] = [];
  for (const [i, count] of counts.entries()) {
    for (let j = 0; j < count; j++) {
      x = block(b, x, `conv${i + 2}_block${j + 1}`, 64 * 2 ** i, i > 0 && j === 0 ? 2 : 1);
    }
    maps.push([4 * 2 ** i, x]);
  }
  return maps;
}

const basicBlock: Block = (b, x, name, channels, strides) => {
  const padded = b.pad(x, `${name}_1_pad`, 1);
  let y = b.conv(padded, `${name}_1_conv`, channels, 3, { strides, padding: "valid" });
  y = b.relu(b.norm(y, `${name}_1_bn`), `${name}_1_relu`);
  y = b.norm(b.conv(y, `${name}_2_conv`, channels, 3), `${name}_2_bn`);
  return b.relu(b.add(shortcut(b, x, name, channels, strides, false), y, `${name}_add`), `${name}_out`);
};

const bottleneckBlock: Block = (b, x, name, channels, strides) => {
  const useBias = true;
  let y = b.norm(b.conv(x, `${name}_1_conv`, channels, 1, { strides, useBias }), `${name}_1_bn`);
  y = b.norm(b.conv(b.relu(y, `${name}_1_relu`), `${name}_2_conv`, channels, 3, { useBias }), `${name}_2_bn`);
  y = b.norm(b.conv(b.relu(y, `${name}_2_relu`), `${name}_3_conv`, 4 * channels, 1, { useBias }), `${name}_3_bn`);
  return b.relu(b.add(shortcut(b, x, name, 4 * channels, strides, useBias), y, `${name}_add`), `${name}_out`);
};

/** x itself, or a 1x1 that brings it to the size and channels of the block's output. */
function shortcut(
  b: Blocks,
  x: tf.SymbolicTensor,
  name: string,
  channels: number,
  strides: number,
  useBias: boolean,
): tf.SymbolicTensor {
  if (strides === 1 && channelsOf(x) === channels) return x;
  return b.norm(b.conv(x, `${name}_0_conv`, channels, 1, { strides, useBias }), `${name}_0_bn`);
}
