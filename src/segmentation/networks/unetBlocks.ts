import * as tf from "@tensorflow/tfjs";
import type { Blocks } from "../../core/backbones/blocks.ts";
import { CropTo } from "../../core/layers/upsampling/cropTo.ts";
import { MaxUnpool } from "../../core/layers/upsampling/maxUnpool.ts";
import { SubpixelShuffle } from "../../core/layers/upsampling/subpixelShuffle.ts";
import { UpSampling2D } from "../../core/layers/upSampling2D.ts";
import type { UnetArchitecture, Upsampling } from "./architecture.ts";
import { BORDER } from "./unetSizes.ts";

type Padding = UnetArchitecture["padding"];

/** 3x3 convolutions, each with batch normalisation and ReLU. */
export function convolutions(
  b: Blocks,
  x: tf.SymbolicTensor,
  name: string,
  { channels, padding, count = 2 }: { channels: number; padding: Padding; count?: number },
): tf.SymbolicTensor {
  for (let i = 1; i <= count; i++) {
    const layer = `${name}_conv${i}`;
    x = b.relu(b.norm(b.conv(x, layer, channels, 3, { padding }), `${layer}_bn`), `${layer}_relu`);
  }
  return x;
}

/**
 * A map twice as high and wide, of so many channels. Interpolation and unpooling follow a 1x1 convolution to those
 * channels (on the small map, where it costs a fourth), the sub-pixel shuffle a 3x3 convolution; the transposed
 * convolution is of 2x2, as in the paper.
 */
export function upsampled(
  b: Blocks,
  x: tf.SymbolicTensor,
  name: string,
  {
    channels,
    upsampling,
    padding,
    switches,
  }: {
    channels: number;
    upsampling: Upsampling;
    padding: Padding;
    switches: tf.SymbolicTensor | undefined;
  },
): tf.SymbolicTensor {
  const apply = (layer: tf.layers.Layer, ...inputs: tf.SymbolicTensor[]): tf.SymbolicTensor =>
    layer.apply(inputs) as tf.SymbolicTensor;
  const layer = `${name}_enlarge`;
  const reduced = (): tf.SymbolicTensor => b.conv(x, `${name}_reduce`, channels, 1);
  switch (upsampling) {
    case "transposed":
      return b.transposed(x, layer, channels);
    case "nearest":
      return apply(new UpSampling2D({ name: layer }), reduced());
    case "bilinear": {
      const large = apply(new UpSampling2D({ name: layer, interpolation: "bilinear" }), reduced());
      if (padding === "same") return large;
      const edge = BORDER.bilinear.fine / 2;
      return apply(tf.layers.cropping2D({ name: `${layer}_edge`, cropping: [[edge, edge], [edge, edge]] }), large); // prettier-ignore
    }
    case "subpixel":
      return apply(new SubpixelShuffle({ name: layer }), b.conv(x, `${name}_spread`, 4 * channels, 3, { padding }));
    case "unpooling": {
      if (!switches) throw new Error(`${name}: no pooling remembered its switches`);
      const small = reduced();
      const where = apply(new CropTo({ name: `${name}_switches`, keep: "middle" }), switches, small);
      return apply(new MaxUnpool({ name: layer }), small, where);
    }
  }
}
