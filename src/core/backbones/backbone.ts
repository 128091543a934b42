import * as tf from "@tensorflow/tfjs";
import type { Preprocessing } from "../../base/preprocessing.ts";
import type { Random } from "../../base/random.ts";
import type { Publisher } from "./names.ts";

/** What every backbone is built from. */
export interface BackboneOptions {
  /** Height and width of the images, null where they vary (the default), and 3 channels. */
  inputShape?: [number | null, number | null, 3];
  /** Draws the initial weights: the same state gives the same weights. */
  random: Random;
  /** Batch normalisation's share of old values in the moving averages; the default is the backbone's own. */
  momentum?: number;
  /** Batch normalisation's addition to the variance; the default is the backbone's own. */
  epsilon?: number;
  /** MobileNets: factor on the number of channels (default 1). */
  width?: number;
  /** In whose form; the first of PUBLISHERS_OF unless told. */
  publisher?: Publisher | undefined;
}

/** What a publisher's network differs by from another's of the same layers. */
export interface PublishedForm {
  /** Of batch normalisation: the share of old values in the moving averages, and what is added to the variance. */
  momentum: number;
  epsilon: number;
  /** Whether strides pad alike on all sides, as torchvision's do, and not as TensorFlow's SAME. */
  evenPadding?: boolean;
  /** What the weights expect. */
  preprocessing: PixelScaling;
}

/** A convolutional network without its classifier, and the maps that a detector may look at. */
export interface Backbone {
  /** From images to the last map; its layers' names are stable, and Keras's own where Keras has the network. */
  model: tf.LayersModel;
  /** Maps from fine to coarse, of ceil(height / stride) x ceil(width / stride) cells for images of any size. */
  features: FeatureMap[];
  /** What its published weights expect; undefined: nothing fixed, take mean and deviation of the training set. */
  preprocessing: PixelScaling | undefined;
  /** Whose form it has; undefined: nobody publishes it. */
  publisher?: Publisher | undefined;
  /** The layer that takes blue, green, red in the published weights: loading them turns its kernel round. */
  bgrKernel?: string;
  /** Weights of the whole network that this part of it has not, by name. */
  leftOut?: readonly string[];
}

export interface FeatureMap {
  /** Pixels of the image for each step on the map. */
  stride: number;
  channels: number;
  output: tf.SymbolicTensor;
}

/** (value - mean) / deviation for red, green and blue, 0 to 255. */
export type PixelScaling = Pick<Preprocessing, "mean" | "deviation">;

/** To -1 to 1, as Keras's MobileNets expect. */
export const SIGNED_PIXELS: PixelScaling = { mean: [127.5, 127.5, 127.5], deviation: [127.5, 127.5, 127.5] };
/** By ImageNet's mean and deviation, as torchvision's networks expect, and EfficientNet everywhere. */
export const STANDARDIZED_PIXELS: PixelScaling = {
  mean: [123.675, 116.28, 103.53],
  deviation: [58.395, 57.12, 57.375],
};
/** Less ImageNet's mean, as Keras's VGG16 and ResNet50 expect, which take the channels the other way round. */
export const CENTRED_PIXELS: PixelScaling = { mean: [123.68, 116.779, 103.939], deviation: [1, 1, 1] };

/** The maps of these strides, described, and the model from the images to the last of them. */
export function makeBackbone(
  name: string,
  input: tf.SymbolicTensor,
  maps: (readonly [stride: number, output: tf.SymbolicTensor])[],
  published?: Pick<Backbone, "preprocessing" | "bgrKernel">,
): Backbone {
  const features = maps.map(([stride, output]) => ({ stride, output, channels: channelsOf(output) }));
  const outputs = features.at(-1)?.output;
  if (!outputs) throw new Error("makeBackbone: no maps");
  return { model: tf.model({ inputs: input, outputs, name }), features, preprocessing: undefined, ...published };
}

/** The input of every backbone: images [n, h, w, 3]. */
export function imageInput({ inputShape }: BackboneOptions): tf.SymbolicTensor {
  return tf.input({ shape: inputShape ?? [null, null, 3], name: "image" });
}

export function channelsOf(x: tf.SymbolicTensor): number {
  const channels = x.shape.at(-1);
  if (channels == null) throw new Error(`${x.name} has an unknown number of channels`);
  return channels;
}
