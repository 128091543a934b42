import type * as tf from "@tensorflow/tfjs";
import {
  CENTRED_PIXELS,
  channelsOf,
  imageInput,
  makeBackbone,
  STANDARDIZED_PIXELS,
  type Backbone,
  type BackboneOptions,
  type PublishedForm,
} from "./backbone.ts";
import { blocks, type Blocks } from "./blocks.ts";
import type { Publisher } from "./names.ts";

/** How the publishers' ResNets differ, which pad alike; layers are named as in Keras's ResNet50 by all. */
interface ResnetForm extends PublishedForm {
  /** Whether convolutions have biases. */
  useBias: boolean;
  /** The convolution of a bottleneck that has the stride: the paper's 1x1, or the 3x3 ("version 1.5"). */
  stridesIn: "1x1" | "3x3";
}

const FORMS: Readonly<Record<Publisher, ResnetForm>> = {
  keras: {
    ...{ momentum: 0.99, epsilon: 1.001e-5, evenPadding: true, preprocessing: CENTRED_PIXELS },
    ...{ useBias: true, stridesIn: "1x1" },
  },
  torchvision: {
    ...{ momentum: 0.9, epsilon: 1e-5, evenPadding: true, preprocessing: STANDARDIZED_PIXELS },
    ...{ useBias: false, stridesIn: "3x3" },
  },
};

/** Blocks of each stage, and whether they are bottlenecks. */
const DEPTHS = {
  resnet18: { counts: [2, 2, 2, 2], bottlenecks: false },
  resnet34: { counts: [3, 4, 6, 3], bottlenecks: false },
  resnet50: { counts: [3, 4, 6, 3], bottlenecks: true },
} as const;
export type ResnetName = keyof typeof DEPTHS;

/**
 * ResNet-18, -34 and -50 (He et al., "Deep Residual Learning", 2016), padded by a pixel on every side (by three for the
 * first kernel), with the names of Keras's ResNet50 (conv1_conv, conv2_block1_0_conv, …). A block is two 3x3, or in
 * ResNet-50 1x1, 3x3 and 1x1. Maps at strides 4, 8, 16 and 32.
 */
export function buildResnet(name: ResnetName): (options: BackboneOptions, publisher: Publisher) => Backbone {
  return (options, publisher) => {
    const form = FORMS[publisher];
    const b = blocks(options, form);
    const input = imageInput(options);
    const { counts, bottlenecks } = DEPTHS[name];
    const block = bottlenecks ? bottleneckBlock : basicBlock;
    const maps: [number, tf.SymbolicTensor][] = [];
    let x = stem(b, input, form);
    for (const [i, count] of counts.entries()) {
      for (let j = 0; j < count; j++) {
        x = block(b, x, `conv${i + 2}_block${j + 1}`, { ...form, channels: 64 * 2 ** i, strides: i > 0 && j === 0 ? 2 : 1 }); // prettier-ignore
      }
      maps.push([4 * 2 ** i, x]);
    }
    const { preprocessing } = form;
    return makeBackbone(name, input, maps, {
      preprocessing,
      ...(publisher === "keras" && { bgrKernel: "conv1_conv" }),
    });
  };
}

/** Convolutions of each block and blocks of each stage, as torchvision numbers them too. */
export function resnetStages(name: ResnetName): { convolutions: number; counts: readonly number[] } {
  const { counts, bottlenecks } = DEPTHS[name];
  return { convolutions: bottlenecks ? 3 : 2, counts };
}

interface BlockSettings extends Pick<ResnetForm, "useBias" | "stridesIn"> {
  /** Channels inside: 64, 128, 256 or 512. */
  channels: number;
  strides: number;
}
type Block = (b: Blocks, x: tf.SymbolicTensor, name: string, settings: BlockSettings) => tf.SymbolicTensor;

/** 7x7 with stride 2 and 3x3 maximum with stride 2: [n, h, w, 3] -> [n, h / 4, w / 4, 64]. */
function stem(b: Blocks, input: tf.SymbolicTensor, { useBias }: ResnetForm): tf.SymbolicTensor {
  const x = b.conv(input, "conv1_conv", 64, 7, { strides: 2, useBias });
  return b.paddedMaxPool(b.relu(b.norm(x, "conv1_bn"), "conv1_relu"), "pool1");
}

const basicBlock: Block = (b, x, name, { channels, strides, useBias }) => {
  let y = b.norm(b.conv(x, `${name}_1_conv`, channels, 3, { strides, useBias }), `${name}_1_bn`);
  y = b.norm(b.conv(b.relu(y, `${name}_1_relu`), `${name}_2_conv`, channels, 3, { useBias }), `${name}_2_bn`);
  return b.relu(b.add(shortcut(b, x, name, channels, { strides, useBias }), y, `${name}_add`), `${name}_out`);
};

const bottleneckBlock: Block = (b, x, name, { channels, strides, useBias, stridesIn }) => {
  const [first, second] = stridesIn === "1x1" ? [strides, 1] : [1, strides];
  let y = b.norm(b.conv(x, `${name}_1_conv`, channels, 1, { strides: first, useBias }), `${name}_1_bn`);
  y = b.conv(b.relu(y, `${name}_1_relu`), `${name}_2_conv`, channels, 3, { strides: second, useBias });
  y = b.relu(b.norm(y, `${name}_2_bn`), `${name}_2_relu`);
  y = b.norm(b.conv(y, `${name}_3_conv`, 4 * channels, 1, { useBias }), `${name}_3_bn`);
  return b.relu(b.add(shortcut(b, x, name, 4 * channels, { strides, useBias }), y, `${name}_add`), `${name}_out`);
};

/** x itself, or a 1x1 that brings it to the size and channels of the block's output. */
function shortcut(
  b: Blocks,
  x: tf.SymbolicTensor,
  name: string,
  channels: number,
  settings: Pick<BlockSettings, "strides" | "useBias">,
): tf.SymbolicTensor {
  if (settings.strides === 1 && channelsOf(x) === channels) return x;
  return b.norm(b.conv(x, `${name}_0_conv`, channels, 1, settings), `${name}_0_bn`);
}
