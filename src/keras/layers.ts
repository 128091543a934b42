import * as tf from "@tensorflow/tfjs";
import { Activation } from "../core/layers/activation.ts";
import { BatchNorm } from "../core/layers/batchNorm.ts";
import { Conv2D, DepthwiseConv2D } from "../core/layers/dilated.ts";
import { Dropout } from "../core/layers/dropout.ts";
import { GaussianDropout, GaussianNoise } from "../core/layers/gaussianNoise.ts";
import { GroupNormalization } from "../core/layers/groupNormalization.ts";
import { LayerNormalization } from "../core/layers/layerNormalization.ts";
import { CenterCrop } from "../core/layers/preprocessing/centerCrop.ts";
import { Normalization } from "../core/layers/preprocessing/normalization.ts";
import { RandomBrightness } from "../core/layers/preprocessing/randomBrightness.ts";
import { RandomContrast } from "../core/layers/preprocessing/randomContrast.ts";
import { RandomCrop } from "../core/layers/preprocessing/randomCrop.ts";
import { RandomFlip } from "../core/layers/preprocessing/randomFlip.ts";
import { RandomRotation } from "../core/layers/preprocessing/randomRotation.ts";
import { RandomShear } from "../core/layers/preprocessing/randomShear.ts";
import { RandomTranslation } from "../core/layers/preprocessing/randomTranslation.ts";
import { RandomZoom } from "../core/layers/preprocessing/randomZoom.ts";
import { Rescaling } from "../core/layers/preprocessing/rescaling.ts";
import { Resizing } from "../core/layers/preprocessing/resizing.ts";
import { Bidirectional } from "../core/layers/recurrent/bidirectional.ts";
import { ConvLstm2D } from "../core/layers/recurrent/convLstm2D.ts";
import { Gru } from "../core/layers/recurrent/gru.ts";
import { Lstm } from "../core/layers/recurrent/lstm.ts";
import { SimpleRnn } from "../core/layers/recurrent/simpleRnn.ts";
import { SpatialDropout1D, SpatialDropout2D } from "../core/layers/spatialDropout.ts";
import { UpSampling2D } from "../core/layers/upSampling2D.ts";

/** A function that makes a layer of a class from its settings. */
function maker<Config, Layer>(Made: new (config: Config) => Layer): (config: Config) => Layer {
  return (config) => new Made(config);
}

const own = {
  activation: maker(Activation),
  batchNormalization: (config?: ConstructorParameters<typeof BatchNorm>[0]) => new BatchNorm(config),
  bidirectional: maker(Bidirectional),
  centerCrop: maker(CenterCrop),
  conv2d: maker(Conv2D),
  convLstm2d: maker(ConvLstm2D),
  depthwiseConv2d: maker(DepthwiseConv2D),
  dropout: maker(Dropout),
  gaussianDropout: maker(GaussianDropout),
  gaussianNoise: maker(GaussianNoise),
  groupNormalization: (config?: ConstructorParameters<typeof GroupNormalization>[0]) => new GroupNormalization(config),
  gru: maker(Gru),
  layerNormalization: (config?: ConstructorParameters<typeof LayerNormalization>[0]) => new LayerNormalization(config),
  lstm: maker(Lstm),
  normalization: (config?: ConstructorParameters<typeof Normalization>[0]) => new Normalization(config),
  randomBrightness: maker(RandomBrightness),
  randomContrast: maker(RandomContrast),
  randomCrop: maker(RandomCrop),
  randomFlip: (config?: ConstructorParameters<typeof RandomFlip>[0]) => new RandomFlip(config),
  randomRotation: maker(RandomRotation),
  randomShear: maker(RandomShear),
  randomTranslation: maker(RandomTranslation),
  randomZoom: maker(RandomZoom),
  rescaling: maker(Rescaling),
  resizing: maker(Resizing),
  simpleRNN: maker(SimpleRnn),
  spatialDropout1d: maker(SpatialDropout1D),
  spatialDropout2d: maker(SpatialDropout2D),
  upSampling2d: (config?: ConstructorParameters<typeof UpSampling2D>[0]) => new UpSampling2D(config),
};

/**
 * `tf.layers`, with the layers of `anchorkit/core` in place of those that tfjs computes wrongly, slowly or with random
 * numbers that no compiled step can have, and with those that it lacks. Their settings are Keras's, in camel case.
 */
export const layers: Omit<typeof tf.layers, keyof typeof own> & typeof own = { ...tf.layers, ...own };

/** What tfjs has under the same names and {@link layers} replaces. */
const REPLACED = new Map<unknown, string>(
  (
    [
      [tf.layers.batchNormalization(), "batchNormalization"],
      [tf.layers.dropout({ rate: 0.5 }), "dropout"],
      [tf.layers.spatialDropout1d({ rate: 0.5 }), "spatialDropout1d"],
      [tf.layers.gaussianNoise({ stddev: 1 }), "gaussianNoise"],
      [tf.layers.gaussianDropout({ rate: 0.5 }), "gaussianDropout"],
    ] as const
  ).map(([layer, name]) => [layer.constructor, name]),
);

/** The name in {@link layers} of what stands in place of this layer; undefined where it can be compiled as it is. */
export function replacementOf(layer: tf.layers.Layer): string | undefined {
  return REPLACED.get(layer.constructor);
}
