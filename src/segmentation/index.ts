export {
  Architecture as SegmenterArchitecture,
  type FcnArchitecture,
  type UnetArchitecture,
  type Upsampling,
} from "./networks/architecture.ts";
export type { SegmenterDescription } from "./description.ts";
export {
  addForeground,
  bestForegroundThreshold,
  foregroundHistogram,
  type ForegroundHistogram,
} from "./measuring/foregroundThreshold.ts";
export { cocoPanoptic, type CocoPanoptic, type CocoSegment } from "./instances/cocoPanoptic.ts";
export { type Instance, type InstanceOptions, instancesOf, type PixelPrediction } from "./instances/instancesOf.ts";
export { type PanopticInstance, panopticOf, type PanopticResult } from "./instances/panoptic.ts";
export {
  type MeasuredImage,
  measureSegmenter,
  type SegmenterClassMetrics,
  type SegmenterEvaluation,
  type TrueInstance,
} from "./measuring/measure.ts";
export { type InstanceEvaluation, InstanceMeasurement } from "./measuring/measureInstances.ts";
export { buildSegmenter, type SegmenterNetwork } from "./networks/buildSegmenter.ts";
export { FcnOptions, type LossTerm, SegmenterOptions, UnetOptions } from "./options.ts";
export { segmentationData, type SegmentationData } from "./segmentationData.ts";
export { Segmenter } from "./segmenter.ts";
export type { SegmentedImage } from "./running/onImage.ts";
export type { FileSegmentation } from "./running/segmentStored.ts";
export { distanceTargets } from "./targets/distanceTargets.ts";
export { labelMapOf } from "./targets/labelMapOf.ts";
export { separationWeights, type SeparationOptions } from "./targets/separationWeights.ts";
export type { RowSource } from "./tiles/rowsOfImage.ts";
export { segmentTiles } from "./tiles/segmentTiles.ts";
