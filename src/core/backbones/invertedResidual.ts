import type * as tf from "@tensorflow/tfjs";
import type { ActivationName } from "../ops/activations.ts";
import { channelsOf } from "./backbone.ts";
import type { Blocks } from "./blocks.ts";
import { squeezeExcite, type Squeeze } from "./squeezeExcite.ts";

/** An inverted residual: its layers, and what those with weights are called. */
export interface InvertedResidual {
  /** What the names of layers without weights begin with. */
  name: string;
  /** Channels of the depthwise convolution; undefined: those of the input, without a 1x1 before it. */
  expanded?: number | undefined;
  kernelSize: number;
  strides: number;
  activation: ActivationName;
  squeeze?: Squeeze | undefined;
  /** Of the output. */
  channels: number;
  names: { expand: Named; depthwise: Named; project: Named };
}

/** A convolution and the normalisation after it. */
export interface Named {
  conv: string;
  norm: string;
}

/**
 * Blocks one after another; before each stride beyond 4 its expanded map is one of the maps that a detector looks at.
 *
 * @param x the map of stride 2 that the stem gives
 */
export function invertedResiduals(
  b: Blocks,
  x: tf.SymbolicTensor,
  blocks: readonly InvertedResidual[],
): { output: tf.SymbolicTensor; maps: [stride: number, map: tf.SymbolicTensor][] } {
  const maps: [number, tf.SymbolicTensor][] = [];
  let stride = 2;
  for (const block of blocks) {
    const { expanded, output } = invertedResidual(b, x, block);
    if (block.strides === 2 && stride > 2) maps.push([stride, expanded]);
    stride *= block.strides;
    x = output;
  }
  return { output: x, maps };
}

/**
 * 1x1 to more channels, a depthwise convolution, squeeze and excitation if any, and 1x1 back to few without activation;
 * with a shortcut where sizes agree (Sandler et al., "Inverted Residuals and Linear Bottlenecks", 2018; with squeeze:
 * Tan et al., "MnasNet", 2019).
 */
function invertedResidual(
  b: Blocks,
  x: tf.SymbolicTensor,
  { name, expanded, kernelSize, strides, activation, squeeze, channels, names }: InvertedResidual,
): { expanded: tf.SymbolicTensor; output: tf.SymbolicTensor } {
  let wide = x;
  if (expanded !== undefined) {
    wide = b.norm(b.conv(x, names.expand.conv, expanded, 1), names.expand.norm);
    wide = b.activation(wide, `${name}_expand_${kindOf(activation)}`, activation);
  }
  let y = b.norm(b.depthwise(wide, names.depthwise.conv, strides, kernelSize), names.depthwise.norm);
  y = b.activation(y, `${name}_depthwise_${kindOf(activation)}`, activation);
  if (squeeze) y = squeezeExcite(b, y, `${name}_squeeze`, squeeze);
  y = b.norm(b.conv(y, names.project.conv, channels, 1), names.project.norm);
  const shortcut = strides === 1 && channelsOf(x) === channels;
  return { expanded: wide, output: shortcut ? b.add(x, y, `${name}_add`) : y };
}

/** How Keras's layers of activations end: MobileNet V2's in relu. */
function kindOf(activation: ActivationName): string {
  return activation === "relu6" ? "relu" : "activation";
}
