import * as tf from "@tensorflow/tfjs";
import type { Random } from "../../base/random.ts";
import { BatchNorm } from "../layers/batchNorm.ts";
import { featureMap, imageInput, type Backbone, type BackboneOptions } from "./backbone.ts";
import { addRelu, conv, convBnRelu, type NormSettings } from "./blocks.ts";

/**
 * Five stages, each a convolution of stride 2 and some residual blocks. Kernels of even size keep the centres of a
 * map's cells aligned with the image.
 */
const STAGES = [
  { filters: 16, kernelSize: 4, blocks: 0 },
  { filters: 40, kernelSize: 4, blocks: 1 },
  { filters: 80, kernelSize: 2, blocks: 2 },
  { filters: 128, kernelSize: 2, blocks: 2 },
  { filters: 160, kernelSize: 2, blocks: 1 },
];

/**
 * The backbone for training from scratch on a few hundred images: plain convolutions, whose gradients are fast on
 * CPUs, batch normalisation and ReLU; 2.3 million weights, maps at strides 4, 8, 16 and 32.
 * Layers: stage1_conv, stage1_conv_bn, stage2_block1_conv1, …
 */
export function buildSmall(options: BackboneOptions): Backbone {
  const { random } = options;
  const norm = { momentum: options.momentum ?? 0.9, epsilon: options.epsilon ?? 1e-3 };
  const input = imageInput(options);
  const features = [];
  let x = input;
  for (const [i, { filters, kernelSize, blocks }] of STAGES.entries()) {
    const stage = `stage${i + 1}`;
    x = convBnRelu(x, { name: `${stage}_conv`, filters, kernelSize, strides: 2 }, norm, random);
    for (let block = 1; block <= blocks; block++) {
      x = residualBlock(x, `${stage}_block${block}`, filters, norm, random);
    }
    if (i > 0) features.push(featureMap(2 ** (i + 1), x));
  }
  return { model: tf.model({ inputs: input, outputs: x, name: "small" }), features, preprocessing: undefined };
}

/** relu(x + bn2(conv2(relu(bn1(conv1(x)))))), where bn2's gamma starts at one half. */
function residualBlock(
  x: tf.SymbolicTensor,
  name: string,
  filters: number,
  norm: NormSettings,
  random: Random,
): tf.SymbolicTensor {
  const inner = convBnRelu(x, { name: `${name}_conv1`, filters, kernelSize: 3 }, norm, random);
  const outer = conv(inner, { name: `${name}_conv2`, filters, kernelSize: 3 }, random);
  const normalized = new BatchNorm({ name: `${name}_conv2_bn`, ...norm, initialGamma: 0.5 }).apply(outer);
  return addRelu(normalized as tf.SymbolicTensor, x, name);
}
