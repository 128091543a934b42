import type * as tf from "@tensorflow/tfjs";
import { imageInput, makeBackbone, type Backbone, type BackboneOptions } from "./backbone.ts";
import { blocks, type Blocks } from "./blocks.ts";

/**
 * Five stages, each a convolution of stride 2 and some residual blocks. Kernels of even size keep the centres of a
 * map's cells aligned with the image.
 */
const STAGES = [
  { filters: 16, kernelSize: 4, residuals: 0 },
  { filters: 40, kernelSize: 4, residuals: 1 },
  { filters: 80, kernelSize: 2, residuals: 2 },
  { filters: 128, kernelSize: 2, residuals: 2 },
  { filters: 160, kernelSize: 2, residuals: 1 },
];

/**
 * The backbone for training from scratch on a few hundred images: plain convolutions, whose gradients are fast on
 * CPUs, batch normalisation and ReLU; maps at strides 4, 8, 16 and 32.
 * Layers: stage1_conv, stage1_conv_bn, stage1_conv_relu, stage2_conv, …, stage2_block1_conv1, …
 */
export function buildSmall(options: BackboneOptions): Backbone {
  const b = blocks(options, { momentum: 0.9, epsilon: 1e-3 });
  const input = imageInput(options);
  const maps: [number, tf.SymbolicTensor][] = [];
  let x = input;
  for (const [i, { filters, kernelSize, residuals }] of STAGES.entries()) {
    const stage = `stage${i + 1}`;
    x = b.norm(b.conv(x, `${stage}_conv`, filters, kernelSize, { strides: 2 }), `${stage}_conv_bn`);
    x = b.relu(x, `${stage}_conv_relu`);
    for (let block = 1; block <= residuals; block++) x = residual(b, x, `${stage}_block${block}`, filters);
    if (i > 0) maps.push([2 ** (i + 1), x]);
  }
  return makeBackbone("small", input, maps);
}

/** relu(x + bn2(conv2(relu(bn1(conv1(x)))))), where bn2's gamma starts at one half. */
function residual(b: Blocks, x: tf.SymbolicTensor, name: string, filters: number): tf.SymbolicTensor {
  let y = b.relu(b.norm(b.conv(x, `${name}_conv1`, filters, 3), `${name}_conv1_bn`), `${name}_conv1_relu`);
  y = b.norm(b.conv(y, `${name}_conv2`, filters, 3), `${name}_conv2_bn`, 0.5);
  return b.relu(b.add(x, y, `${name}_add`), `${name}_relu`);
}
