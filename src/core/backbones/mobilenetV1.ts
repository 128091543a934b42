import type * as tf from "@tensorflow/tfjs";
import { imageInput, makeBackbone, SIGNED_PIXELS, type Backbone, type BackboneOptions } from "./backbone.ts";
import { blocks } from "./blocks.ts";

/** Channels (at width 1) and stride of each separable convolution. */
const SEPARABLE = [
  [64, 1],
  [128, 2],
  [128, 1],
  [256, 2],
  [256, 1],
  [512, 2],
  [512, 1],
  [512, 1],
  [512, 1],
  [512, 1],
  [512, 1],
  [1024, 2],
  [1024, 1],
] as const;

/**
 * MobileNet V1 (Howard et al., "MobileNets", 2017) of any width, with Keras's names (conv1, conv_dw_1, conv_dw_1_bn,
 * conv_pw_1, …) and weights; maps at strides 4 (conv_pw_3_relu), 8 (conv_pw_5_relu), 16 (conv_pw_11_relu) and 32. A
 * stride pads a map of odd size on all sides, as in the paper's own code; Keras's pads it below and to the right alone,
 * which shifts what lies behind it and makes it smaller.
 */
export function buildMobilenetV1(options: BackboneOptions): Backbone {
  const { width = 1 } = options;
  const b = blocks(options, { momentum: 0.99, epsilon: 1e-3 });
  const input = imageInput(options);
  const maps: [number, tf.SymbolicTensor][] = [];
  let x = b.conv(input, "conv1", Math.trunc(32 * width), 3, { strides: 2 });
  x = b.activation(b.norm(x, "conv1_bn"), "conv1_relu", "relu6");
  let stride = 2;
  for (const [i, [channels, step]] of SEPARABLE.entries()) {
    const number = i + 1;
    if (step === 2 && stride > 2) maps.push([stride, x]);
    stride *= step;
    x = b.norm(b.depthwise(x, `conv_dw_${number}`, step), `conv_dw_${number}_bn`);
    x = b.activation(x, `conv_dw_${number}_relu`, "relu6");
    x = b.norm(b.conv(x, `conv_pw_${number}`, Math.trunc(channels * width), 1), `conv_pw_${number}_bn`);
    x = b.activation(x, `conv_pw_${number}_relu`, "relu6");
  }
  maps.push([stride, x]);
  return makeBackbone("mobilenet_v1", input, maps, { preprocessing: SIGNED_PIXELS });
}

/** Filters of the layers whose number the width sets, as Keras rounds it. */
export function mobilenetV1Filters(width: number): Map<string, number> {
  const separable = SEPARABLE.map(([channels], i) => [`conv_pw_${i + 1}`, Math.trunc(channels * width)] as const);
  return new Map([["conv1", Math.trunc(32 * width)], ...separable]);
}
