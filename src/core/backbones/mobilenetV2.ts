import {
  imageInput,
  makeBackbone,
  SIGNED_PIXELS,
  STANDARDIZED_PIXELS,
  type Backbone,
  type BackboneOptions,
  type PublishedForm,
} from "./backbone.ts";
import { blocks } from "./blocks.ts";
import { invertedResiduals, type InvertedResidual, type Named } from "./invertedResidual.ts";
import type { Publisher } from "./names.ts";

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

const FORMS: Readonly<Record<Publisher, PublishedForm>> = {
  keras: { momentum: 0.999, epsilon: 1e-3, preprocessing: SIGNED_PIXELS },
  torchvision: { momentum: 0.9, epsilon: 1e-5, evenPadding: true, preprocessing: STANDARDIZED_PIXELS },
};

/**
 * MobileNet V2 (Sandler et al., "Inverted Residuals and Linear Bottlenecks", 2018) of any width, with Keras's names
 * (Conv1, bn_Conv1, expanded_conv_depthwise, block_1_expand, …). Maps are the expanded ones, before a stride: 4
 * (block_3_expand_relu), 8 (block_6_expand_relu), 16 (block_13_expand_relu), and 32 (out_relu).
 */
export function buildMobilenetV2(options: BackboneOptions, publisher: Publisher): Backbone {
  const { width = 1 } = options;
  const form = FORMS[publisher];
  const b = blocks(options, form);
  const input = imageInput(options);
  const stem = b.norm(b.conv(input, "Conv1", roundToEight(32 * width), 3, { strides: 2 }), "bn_Conv1");
  const { output, maps } = invertedResiduals(b, b.activation(stem, "Conv1_relu", "relu6"), mobilenetV2Blocks(width));
  const last = b.norm(b.conv(output, "Conv_1", width > 1 ? roundToEight(1280 * width) : 1280, 1), "Conv_1_bn");
  maps.push([32, b.activation(last, "out_relu", "relu6")]);
  const { preprocessing } = form;
  return makeBackbone("mobilenet_v2", input, maps, { preprocessing });
}

/** The blocks between the stem and the last convolution. */
export function mobilenetV2Blocks(width: number): InvertedResidual[] {
  let [inputs, number] = [roundToEight(32 * width), 0];
  return GROUPS.flatMap(({ expansion, channels, count, strides }) =>
    Array.from({ length: count }, (_, i) => {
      const name = number++ === 0 ? "expanded_conv" : `block_${number - 1}`;
      const named = (part: string): Named => ({ conv: `${name}_${part}`, norm: `${name}_${part}_BN` });
      const block: InvertedResidual = {
        name,
        expanded: expansion > 1 ? expansion * inputs : undefined,
        ...{ kernelSize: 3, strides: i === 0 ? strides : 1, activation: "relu6" },
        channels: roundToEight(channels * width),
        names: { expand: named("expand"), depthwise: named("depthwise"), project: named("project") },
      };
      inputs = block.channels;
      return block;
    }),
  );
}

/** Filters of the layers whose number the width sets, as Keras rounds it. */
export function mobilenetV2Filters(width: number): Map<string, number> {
  return new Map([
    ["Conv1", roundToEight(32 * width)],
    ...mobilenetV2Blocks(width).map(({ names, channels }) => [names.project.conv, channels] as const),
    ["Conv_1", width > 1 ? roundToEight(1280 * width) : 1280],
  ]);
}

/** The nearest multiple of eight, at least eight, and never less than nine tenths of the channels asked for. */
export function roundToEight(channels: number): number {
  const rounded = Math.max(8, Math.floor((channels + 4) / 8) * 8);
  return rounded < 0.9 * channels ? rounded + 8 : rounded;
}
