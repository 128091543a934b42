export type { Backbone, BackboneOptions, FeatureMap, PixelScaling } from "./backbones/backbone.ts";
export { buildBackbone } from "./backbones/buildBackbone.ts";
export { BACKBONE_NAMES, type BackboneName } from "./backbones/names.ts";
export {
  describeLeftOut,
  type KerasBackbone,
  type KerasWeights,
  readKerasBackbone,
  readKerasWeights,
  setKerasWeights,
} from "./kerasWeights.ts";
export { BatchNorm, type BatchNormConfig, batchNormsOf, normalizing, type Statistics } from "./layers/batchNorm.ts";
export { Relu, Relu6 } from "./layers/relu.ts";
export { TopDown } from "./layers/topDown.ts";
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
export { batchNorm, frozenBatchNorm, type NormalizedBatch } from "./ops/batchNorm.ts";
export { sampleGrid, sampleRegularGrid } from "./ops/bilinear.ts";
export { gatherPerImage, gatherRows } from "./ops/gather.ts";
export { relu, relu6 } from "./ops/relu.ts";
export { segmentMax } from "./ops/segmentMax.ts";
export { stopGradient } from "./ops/stopGradient.ts";
export { upsampleTwice } from "./ops/upsample.ts";
export { collectUpdates, latestValue, pushUpdate } from "./updates.ts";
