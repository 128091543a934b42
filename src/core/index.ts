export type { Backbone, BackboneOptions, FeatureMap, PixelScaling } from "./backbones/backbone.ts";
export { buildBackbone } from "./backbones/buildBackbone.ts";
export { BACKBONE_NAMES, type BackboneName, type Publisher, PUBLISHERS, PUBLISHERS_OF } from "./backbones/names.ts";
export { type CamWeighting, gradCam, lastMap, mapLayers } from "./gradCam.ts";
export { type KerasWeights, readKerasWeights, setKerasWeights } from "./kerasWeights.ts";
export { describeLeftOut, type PublishedBackbone, readPublishedBackbone } from "./publishedBackbone.ts";
export { Activation, type ActivationConfig } from "./layers/activation.ts";
export { BatchNorm, type BatchNormConfig, batchNormsOf, normalizing, type Statistics } from "./layers/batchNorm.ts";
export { Conv2D, DepthwiseConv2D } from "./layers/dilated.ts";
export { GroupNormalization, type GroupNormalizationConfig } from "./layers/groupNormalization.ts";
export { LayerNormalization, type LayerNormalizationConfig } from "./layers/layerNormalization.ts";
export { CenterCrop, type CenterCropConfig } from "./layers/preprocessing/centerCrop.ts";
export type { ImageLayerConfig } from "./layers/preprocessing/imageLayer.ts";
export { type AdaptBatch, Normalization, type NormalizationConfig } from "./layers/preprocessing/normalization.ts";
export { RandomBrightness, type RandomBrightnessConfig } from "./layers/preprocessing/randomBrightness.ts";
export { RandomContrast, type RandomContrastConfig } from "./layers/preprocessing/randomContrast.ts";
export { RandomCrop, type RandomCropConfig } from "./layers/preprocessing/randomCrop.ts";
export { RandomFlip, type RandomFlipConfig } from "./layers/preprocessing/randomFlip.ts";
export type { Factor, RandomTransformConfig } from "./layers/preprocessing/randomImageLayer.ts";
export { RandomRotation, type RandomRotationConfig } from "./layers/preprocessing/randomRotation.ts";
export { RandomShear, type RandomShearConfig } from "./layers/preprocessing/randomShear.ts";
export { RandomTranslation, type RandomTranslationConfig } from "./layers/preprocessing/randomTranslation.ts";
export { RandomZoom, type RandomZoomConfig } from "./layers/preprocessing/randomZoom.ts";
export { Rescaling, type RescalingConfig } from "./layers/preprocessing/rescaling.ts";
export { Resizing, type ResizingConfig } from "./layers/preprocessing/resizing.ts";
export { Dropout, type DropoutConfig, DroppingLayer, type NoiseShapeConfig } from "./layers/dropout.ts";
export { GaussianDropout, GaussianNoise } from "./layers/gaussianNoise.ts";
export { type NoiseConfig, NoiseLayer } from "./layers/noise.ts";
export { Bidirectional, type BidirectionalConfig, type BidirectionalMerge } from "./layers/recurrent/bidirectional.ts";
export { ConvLstm2D, type ConvLstm2DConfig } from "./layers/recurrent/convLstm2D.ts";
export { Gru, type GruConfig } from "./layers/recurrent/gru.ts";
export { Lstm, type LstmConfig } from "./layers/recurrent/lstm.ts";
export { type RecurrentConfig, RecurrentLayer } from "./layers/recurrent/recurrentLayer.ts";
export { SimpleRnn } from "./layers/recurrent/simpleRnn.ts";
export { type UnitsConfig, UnitsLayer } from "./layers/recurrent/unitsLayer.ts";
export { Relu, Relu6 } from "./layers/relu.ts";
export { SpatialDropout1D, SpatialDropout2D } from "./layers/spatialDropout.ts";
export { StochasticDepth } from "./layers/stochasticDepth.ts";
export { TopDown } from "./layers/topDown.ts";
export { CropTo, type CropToConfig } from "./layers/upsampling/cropTo.ts";
export type { FactorConfig } from "./layers/upsampling/factor.ts";
export { MaxPoolWithSwitches } from "./layers/upsampling/maxPoolWithSwitches.ts";
export { MaxUnpool } from "./layers/upsampling/maxUnpool.ts";
export { SubpixelShuffle } from "./layers/upsampling/subpixelShuffle.ts";
export { TransposedUpsampling } from "./layers/upsampling/transposedUpsampling.ts";
export { UpSampling2D, type UpSampling2DConfig } from "./layers/upSampling2D.ts";
export {
  disposeWeights,
  type MatchedWeights,
  type NamedValues,
  namedWeights,
  setMatchingWeights,
  setWeights,
  type WeightValue,
  weightsOf,
} from "./namedWeights.ts";
export { type ActivationName, ACTIVATIONS } from "./ops/activations.ts";
export { batchNorm, frozenBatchNorm, type NormalizedBatch } from "./ops/batchNorm.ts";
export { sampleGrid, sampleRegularGrid } from "./ops/bilinear.ts";
export { ctcFrames, ctcLoss } from "./ops/ctc/ctcLoss.ts";
export { gatherPerImage, gatherRows } from "./ops/gather.ts";
export { relu, relu6 } from "./ops/relu.ts";
export { type Interpolation, resizeImages } from "./ops/resize.ts";
export { segmentMax } from "./ops/segmentMax.ts";
export { standardize } from "./ops/standardize.ts";
export { statelessNormal, statelessUniform } from "./ops/statelessRandom.ts";
export { stopGradient } from "./ops/stopGradient.ts";
export { FILL_MODES, type FillMode, transformImages, type TransformOptions } from "./ops/transformImages.ts";
export { upsampleTwice } from "./ops/upsample.ts";
export { bilinearKernel, bilinearSide } from "./ops/upsampling/bilinearKernel.ts";
export { subpixelGather, subpixelShuffle } from "./ops/upsampling/subpixel.ts";
export { transposedUpsampling } from "./ops/upsampling/transposedUpsampling.ts";
export { maxPoolWithSwitches, maxUnpool, type PooledMap } from "./ops/upsampling/unpooling.ts";
export { drawNormal, drawUniform, seeded } from "./randomness.ts";
export { collectUpdates, latestValue, pushUpdate } from "./updates.ts";
export type { Tensors } from "./weights/floats.ts";
export { PUBLISHED_FILES, type PublishedFile } from "./weights/publishedFiles.ts";
export { writeSafetensors } from "./weights/safetensors.ts";
export { readTensors } from "./weights/tensorFiles.ts";
export { type LocateOptions, locateWeights } from "./weights/weightCache.ts";
