import * as tf from "@tensorflow/tfjs";
import { AnchorkitError } from "../../base/errors.ts";
import type { Random } from "../../base/random.ts";
import type { Backbone } from "../../core/backbones/backbone.ts";
import type { Blocks } from "../../core/backbones/blocks.ts";
import { buildBackbone } from "../../core/backbones/buildBackbone.ts";
import { cutBackbone } from "../../core/backbones/cutBackbone.ts";
import type { BackboneName } from "../../core/backbones/names.ts";
import { MaxPoolWithSwitches } from "../../core/layers/upsampling/maxPoolWithSwitches.ts";
import type { UnetArchitecture } from "./architecture.ts";
import { convolutions } from "./unetBlocks.ts";

/** The way down. */
export interface Encoder {
  image: tf.SymbolicTensor;
  /** From full resolution to half that of the one above the bottom: strides 1, 2, 4, … */
  levels: EncoderLevel[];
  /** The map of stride 2^depth. */
  bottom: tf.SymbolicTensor;
  backbone?: Backbone;
}

export interface EncoderLevel {
  skip: tf.SymbolicTensor;
  /** Where the maxima of the pooling after it were. */
  switches?: tf.SymbolicTensor;
  /** Convolutions of the level on the way up. */
  convolutions: number;
}

/** The paper's: two convolutions on each level, and a maximum over 2x2 between them. */
export function encodePlainly(b: Blocks, { filters, depth, padding, upsampling }: UnetArchitecture): Encoder {
  const image = tf.input({ shape: [null, null, 3], name: "image" });
  const levels: EncoderLevel[] = [];
  let x = image;
  for (let i = 0; i < depth; i++) {
    const name = `down${i + 1}`;
    const skip = convolutions(b, x, name, { channels: filters * 2 ** i, padding });
    if (upsampling === "unpooling") {
      const [pooled, switches] = new MaxPoolWithSwitches({ name: `${name}_pool` }).apply(skip) as [tf.SymbolicTensor, tf.SymbolicTensor]; // prettier-ignore
      levels.push({ skip, switches, convolutions: 2 });
      x = pooled;
    } else {
      levels.push({ skip, convolutions: 2 });
      x = tf.layers.maxPooling2d({ name: `${name}_pool`, poolSize: 2, strides: 2, padding: "same" }).apply(skip) as tf.SymbolicTensor; // prettier-ignore
    }
  }
  return { image, levels, bottom: convolutions(b, x, "bottom", { channels: filters * 2 ** depth, padding }) };
}

/**
 * A backbone up to its map of stride 2^depth. It has no maps of strides 1 and 2: a convolution on the image and one of
 * stride 2 after it give these, so that the borders of objects are seen where they are; and as these levels cost the
 * most, they have one convolution on the way up.
 */
export function encodeByBackbone(
  b: Blocks,
  { filters, depth, padding, upsampling, width, publisher }: UnetArchitecture,
  name: BackboneName,
  random: Random,
): Encoder {
  if (padding === "valid") {
    throw new AnchorkitError(`unet: the backbone ${name} pads its maps; take padding "same", or no backbone`);
  }
  if (upsampling === "unpooling") {
    throw new AnchorkitError(`unet: the backbone ${name} remembers no maxima for unpooling; take another upsampling`);
  }
  if (depth < 2 || depth > 5) {
    throw new AnchorkitError(`unet: the backbone ${name} has maps for a depth of 2 to 5, and depth is ${depth}`);
  }
  const backbone = cutBackbone(buildBackbone(name, { random, width, publisher }), 2 ** depth);
  const image = backbone.model.inputs[0] as tf.SymbolicTensor;
  const full = convolutions(b, image, "stem1", { channels: filters, padding, count: 1 });
  const half = b.conv(full, "stem2_conv1", 2 * filters, 2, { strides: 2 });
  const skips = [full, b.relu(b.norm(half, "stem2_conv1_bn"), "stem2_conv1_relu")];
  const maps = backbone.features.map(({ output }) => output);
  const bottom = maps.pop() as tf.SymbolicTensor;
  const levels = [
    ...skips.map((skip) => ({ skip, convolutions: 1 })),
    ...maps.map((skip) => ({ skip, convolutions: 2 })),
  ];
  return { image, levels, bottom, backbone };
}
