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

/** Expansion, channels (at width 1), number of blocks, stride of the first: table 2 of the paper. */
const GROUPS = [
  { expansion: 1, channels: 16, count: 1, strides: 1 },
  { expansion: 6, channels: 24, count: 2, strides: 2 },
  { expansion: 6, channels: 32, count: 3, strides: 2 },
  { expansion: 6, channels: 64, count: 4, strides: 2 },
  { expansion: 6, channels: 96, count: 3, strides: 1 },
  { expansion: 6, channels: 160, count: 3, strides: 2 },
  { expansion: 6, channels: 320, count: 1, strides: 1 },
];

/**
 * MobileNet V2 (Sandler et al., "Inverted Residuals and Linear Bottlenecks", 2018) of any width, with Keras's names
 * (Conv1, bn_Conv1, expanded_conv_depthwise, block_1_expand, …) and weights. Maps are the expanded ones, before a
 * stride: 4 (block_3_expand_relu), 8 (block_6_expand_relu), 16 (block_13_expand_relu), and 32 (out_relu).
 */
export function buildMobilenetV2(options: BackboneOptions): Backbone {
  const { width = 1 } = options;
  const b = blocks(options, { momentum: 0.999, epsilon: 1e-3 });
  const input = imageInput(options);
  const maps: [number, tf.SymbolicTensor][] = [];
  let x = b.conv(input, "Conv1", roundToEight(32 * width), 3, { strides: 2 });
  x = b.relu6(b.norm(x, "bn_Conv1"), "Conv1_relu");
  let stride = 2;
  let number = 0;
  for (const { expansion, channels, count, strides } of GROUPS) {
    for (let i = 0; i < count; i++) {
      const name = number === 0 ? "expanded_conv" : `block_${number}`;
      const step = i === 0 ? strides : 1;
      const block = invertedResidual(b, x, name, expansion, roundToEight(channels * width), step);
      if (step === 2 && stride > 2) maps.push([stride, block.expanded]);
      stride *= step;
      x = block.output;
      number++;
    }
  }
  x = b.conv(x, "Conv_1", width > 1 ? roundToEight(1280 * width) : 1280, 1);
  maps.push([stride, b.relu6(b.norm(x, "Conv_1_bn"), "out_relu")]);
  const preprocessing: PixelScaling = { mean: [127.5, 127.5, 127.5], deviation: [127.5, 127.5, 127.5] };
  return makeBackbone("mobilenet_v2", input, maps, { preprocessing });
}

/** 1x1 to more channels, depthwise 3x3, 1x1 back to few without activation; with a shortcut where sizes agree. */
function invertedResidual(
  b: Blocks,
  x: tf.SymbolicTensor,
  name: string,
  expansion: number,
  channels: number,
  strides: number,
): { expanded: tf.SymbolicTensor; output: tf.SymbolicTensor } {
  let expanded = x;
  if (expansion > 1) {
    expanded = b.norm(b.conv(x, `${name}_expand`, expansion * channelsOf(x), 1), `${name}_expand_BN`);
    expanded = b.relu6(expanded, `${name}_expand_relu`);
  }
  let y = b.norm(b.depthwise(expanded, `${name}_depthwise`, strides), `${name}_depthwise_BN`);
  y = b.relu6(y, `${name}_depthwise_relu`);
  y = b.norm(b.conv(y, `${name}_project`, channels, 1), `${name}_project_BN`);
  const shortcut = strides === 1 && channelsOf(x) === channels;
  return { expanded, output: shortcut ? b.add(x, y, `${name}_add`) : y };
}

/** Filters of the layers whose number the width sets, as Keras rounds it. */
export function mobilenetV2Filters(width: number): Map<string, number> {
  const blocks = GROUPS.flatMap(({ channels, count }) => new Array<number>(count).fill(roundToEight(channels * width)));
  return new Map([
    ["Conv1", roundToEight(32 * width)],
    ...blocks.map((filters, i) => [i === 0 ? "expanded_conv_project" : `block_${i}_project`, filters] as const),
    ["Conv_1", width > 1 ? roundToEight(1280 * width) : 1280],
  ]);
}

/** The nearest multiple of eight, at least eight, and never less than nine tenths of the channels asked for. */
export function roundToEight(channels: number): number {
  const rounded = Math.max(8, Math.floor((channels + 4) / 8) * 8);
  return rounded < 0.9 * channels ? rounded + 8 : rounded;
}
