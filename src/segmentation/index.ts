export {
  Architecture as SegmenterArchitecture,
  type FcnArchitecture,
  type UnetArchitecture,
  type Upsampling,
} from "./architecture.ts";
export type { SegmenterDescription } from "./description.ts";
export {
  addForeground,
  bestForegroundThreshold,
  foregroundHistogram,
  type ForegroundHistogram,
} from "./foregroundThreshold.ts";
export { cocoPanoptic, type CocoPanoptic, type CocoSegment } from "./instances/cocoPanoptic.ts";
export { type Instance, type InstanceOptions, instancesOf, type PixelPrediction } from "./instances/instancesOf.ts";
export { type PanopticInstance, panopticOf, type PanopticResult } from "./instances/panoptic.ts";
export {
  type MeasuredImage,
  measureSegmenter,
  type SegmenterClassMetrics,
  type SegmenterEvaluation,
  type TrueInstance,
} from "./measure.ts";
export { type InstanceEvaluation, InstanceMeasurement } from "./measureInstances.ts";
export { buildSegmenter, type SegmenterNetwork } from "./network.ts";
export { FcnOptions, type LossTerm, SegmenterOptions, UnetOptions } from "./options.ts";
export { segmentationData, type SegmentationData } from "./segmentationData.ts";
export { Segmenter } from "./segmenter.ts";
export type { SegmentedImage } from "./segmentImages.ts";
export type { FileSegmentation } from "./segmentStored.ts";
export { distanceTargets } from "./targets/distanceTargets.ts";
export { labelMapOf } from "./targets/labelMapOf.ts";
export { separationWeights, type SeparationOptions } from "./targets/separationWeights.ts";
export { type RowSource, segmentTiles } from "./tiles/segmentTiles.ts";
