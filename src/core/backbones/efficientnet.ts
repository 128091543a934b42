import {
  imageInput,
  makeBackbone,
  STANDARDIZED_PIXELS,
  type Backbone,
  type BackboneOptions,
  type PublishedForm,
} from "./backbone.ts";
import { blocks } from "./blocks.ts";
import { invertedResiduals, type InvertedResidual } from "./invertedResidual.ts";
import type { Publisher } from "./names.ts";

/** Stages 2 to 8 of table 1 of the paper. */
const GROUPS = [
  { expansion: 1, kernelSize: 3, channels: 16, count: 1, strides: 1 },
  { expansion: 6, kernelSize: 3, channels: 24, count: 2, strides: 2 },
  { expansion: 6, kernelSize: 5, channels: 40, count: 2, strides: 2 },
  { expansion: 6, kernelSize: 3, channels: 80, count: 3, strides: 2 },
  { expansion: 6, kernelSize: 5, channels: 112, count: 3, strides: 1 },
  { expansion: 6, kernelSize: 5, channels: 192, count: 4, strides: 2 },
  { expansion: 6, kernelSize: 3, channels: 320, count: 1, strides: 1 },
];

/** Filters of the first convolution. */
const STEM = 32;

const FORMS: Readonly<Record<Publisher, PublishedForm>> = {
  keras: { momentum: 0.99, epsilon: 1e-3, preprocessing: STANDARDIZED_PIXELS },
  torchvision: { momentum: 0.9, epsilon: 1e-5, evenPadding: true, preprocessing: STANDARDIZED_PIXELS },
};

/**
 * EfficientNet-B0 (Tan and Le, "EfficientNet", 2019) with Keras's names (stem_conv, block2a_expand_conv, block2a_se_reduce,
 * …). Keras's own standardises pixels in its first layers; here that is the preprocessing. Maps are the expanded ones
 * before a stride, at 4, 8 and 16, and that of top_conv at 32. No block is dropped in training.
 */
export function buildEfficientnetB0(options: BackboneOptions, publisher: Publisher): Backbone {
  const form = FORMS[publisher];
  const b = blocks(options, form);
  const input = imageInput(options);
  const stem = b.norm(b.conv(input, "stem_conv", STEM, 3, { strides: 2 }), "stem_bn");
  const { output, maps } = invertedResiduals(b, b.activation(stem, "stem_activation", "swish"), efficientnetBlocks());
  maps.push([32, b.activation(b.norm(b.conv(output, "top_conv", 1280, 1), "top_bn"), "top_activation", "swish")]);
  const { preprocessing } = form;
  return makeBackbone("efficientnet_b0", input, maps, { preprocessing });
}

/** The blocks between the stem and the last convolution. */
export function efficientnetBlocks(): InvertedResidual[] {
  let inputs = STEM;
  return GROUPS.flatMap(({ expansion, kernelSize, channels, count, strides }, stage) =>
    Array.from({ length: count }, (_, i) => {
      const name = `block${stage + 1}${String.fromCharCode("a".charCodeAt(0) + i)}`;
      const block: InvertedResidual = {
        ...{ name, kernelSize, channels, activation: "swish" },
        expanded: expansion > 1 ? expansion * inputs : undefined,
        strides: i === 0 ? strides : 1,
        squeeze: {
          ...{ channels: inputs / 4, activation: "swish", gate: "sigmoid" },
          names: { reduce: `${name}_se_reduce`, expand: `${name}_se_expand` },
        },
        names: {
          expand: { conv: `${name}_expand_conv`, norm: `${name}_expand_bn` },
          depthwise: { conv: `${name}_dwconv`, norm: `${name}_bn` },
          project: { conv: `${name}_project_conv`, norm: `${name}_project_bn` },
        },
      };
      inputs = channels;
      return block;
    }),
  );
}
