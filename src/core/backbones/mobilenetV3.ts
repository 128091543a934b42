import type { ActivationName } from "../ops/activations.ts";
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
import { roundToEight } from "./mobilenetV2.ts";
import type { Publisher } from "./names.ts";

export type MobilenetV3Size = "small" | "large";

type Row = [
  kernelSize: 3 | 5,
  expanded: number,
  channels: number,
  squeezes: boolean,
  activation: ActivationName,
  strides: 1 | 2,
];

/** Tables 1 and 2 of the paper: channels at width 1. */
const ROWS: Readonly<Record<MobilenetV3Size, readonly Row[]>> = {
  small: [
    [3, 16, 16, true, "relu", 2],
    [3, 72, 24, false, "relu", 2],
    [3, 88, 24, false, "relu", 1],
    [5, 96, 40, true, "hard_swish", 2],
    [5, 240, 40, true, "hard_swish", 1],
    [5, 240, 40, true, "hard_swish", 1],
    [5, 120, 48, true, "hard_swish", 1],
    [5, 144, 48, true, "hard_swish", 1],
    [5, 288, 96, true, "hard_swish", 2],
    [5, 576, 96, true, "hard_swish", 1],
    [5, 576, 96, true, "hard_swish", 1],
  ],
  large: [
    [3, 16, 16, false, "relu", 1],
    [3, 64, 24, false, "relu", 2],
    [3, 72, 24, false, "relu", 1],
    [5, 72, 40, true, "relu", 2],
    [5, 120, 40, true, "relu", 1],
    [5, 120, 40, true, "relu", 1],
    [3, 240, 80, false, "hard_swish", 2],
    [3, 200, 80, false, "hard_swish", 1],
    [3, 184, 80, false, "hard_swish", 1],
    [3, 184, 80, false, "hard_swish", 1],
    [3, 480, 112, true, "hard_swish", 1],
    [3, 672, 112, true, "hard_swish", 1],
    [5, 672, 160, true, "hard_swish", 2],
    [5, 960, 160, true, "hard_swish", 1],
    [5, 960, 160, true, "hard_swish", 1],
  ],
};

const FORMS: Readonly<Record<Publisher, PublishedForm>> = {
  keras: { momentum: 0.999, epsilon: 1e-3, preprocessing: SIGNED_PIXELS },
  torchvision: { momentum: 0.99, epsilon: 1e-3, evenPadding: true, preprocessing: STANDARDIZED_PIXELS },
};

/** Filters of the first convolution, at any width. */
const STEM = 16;

/**
 * MobileNet V3 (Howard et al., "Searching for MobileNetV3", 2019), small or large, of any width, with Keras's names
 * (conv, expanded_conv_1_expand, expanded_conv_3_squeeze_excite_conv, …). Maps are the expanded ones before a stride, at
 * 4, 8 and 16, and that of conv_1 at 32; the paper's last 1x1 stands behind the mean of the map, and is the classifier's.
 */
export function buildMobilenetV3(size: MobilenetV3Size): (options: BackboneOptions, publisher: Publisher) => Backbone {
  return (options, publisher) => {
    const { width = 1 } = options;
    const form = FORMS[publisher];
    const b = blocks(options, form);
    const input = imageInput(options);
    const residuals = mobilenetV3Blocks(size, width);
    const stem = b.norm(b.conv(input, "conv", STEM, 3, { strides: 2 }), "conv_bn");
    const { output, maps } = invertedResiduals(b, b.activation(stem, "conv_activation", "hard_swish"), residuals);
    const last = b.norm(b.conv(output, "conv_1", lastFilters(residuals), 1), "conv_1_bn");
    maps.push([32, b.activation(last, "conv_1_activation", "hard_swish")]);
    const { preprocessing } = form;
    return makeBackbone(`mobilenet_v3_${size}`, input, maps, { preprocessing });
  };
}

/** The blocks between the stem and the last convolution; widths are rounded as Keras does it. */
export function mobilenetV3Blocks(size: MobilenetV3Size, width: number): InvertedResidual[] {
  let [inputs, inputsAtOne] = [STEM, STEM];
  return ROWS[size].map(([kernelSize, expandedAtOne, channels, squeezes, activation, strides], i) => {
    const name = i === 0 ? "expanded_conv" : `expanded_conv_${i}`;
    const named = (part: string): Named => ({ conv: `${name}_${part}`, norm: `${name}_${part}_bn` });
    const expanded = roundToEight(inputs * (expandedAtOne / inputsAtOne));
    const [reduce, expand] = [`${name}_squeeze_excite_conv`, `${name}_squeeze_excite_conv_1`];
    const squeezed = { channels: roundToEight(expanded / 4), names: { reduce, expand } };
    const block: InvertedResidual = {
      ...{ name, kernelSize, strides, activation },
      expanded: i === 0 ? undefined : expanded,
      squeeze: squeezes ? { ...squeezed, activation: "relu", gate: "hard_sigmoid" } : undefined,
      channels: roundToEight(channels * width),
      names: { expand: named("expand"), depthwise: named("depthwise"), project: named("project") },
    };
    [inputs, inputsAtOne] = [block.channels, channels];
    return block;
  });
}

/** Filters of the layers whose number the width sets, as Keras rounds it. */
export function mobilenetV3Filters(size: MobilenetV3Size): (width: number) => Map<string, number> {
  return (width) => {
    const residuals = mobilenetV3Blocks(size, width);
    return new Map([
      ...residuals.map(({ names, channels }) => [names.project.conv, channels] as const),
      ["conv_1", lastFilters(residuals)],
    ]);
  };
}

function lastFilters(residuals: readonly InvertedResidual[]): number {
  return roundToEight(6 * (residuals.at(-1)?.channels ?? 0));
}
