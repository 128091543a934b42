export { anchorShapes, gridAnchors, type AnchorShape } from "./anchors.ts";
export { clipBoxes, decodeBoxes, encodeBoxes, type BoxWeights } from "./boxCoder.ts";
export { ciouLoss, diouLoss, giouLoss } from "./boxLosses.ts";
export type { LabelledDetections } from "./detectLabelled.ts";
export { Detector, type DetectorOptions, type FilePrediction } from "./detector.ts";
export { buildFasterRcnn, type FasterRcnn } from "./fasterRcnn.ts";
export {
  BACKGROUND,
  IGNORED,
  matchBestAnchors,
  matchByThreshold,
  type BestAnchorsOptions,
  type GroundTruth,
  type ThresholdOptions,
} from "./groundTruth.ts";
export { adviseAnchors, type AnchorAdvice, type AnchorFit } from "./adviseAnchors.ts";
export { anchorShapesFor, kMeansAnchors, meanBestIou } from "./kMeansAnchors.ts";
export { postProcess, type PostProcessOptions } from "./postProcess.ts";
export { proposeBoxes, type ProposalOptions, type Proposals } from "./proposals.ts";
export { cropRois, roiAlign, roiMaxPool, type RoiAlignOptions, type RoiPoolingOptions } from "./roiPooling.ts";
export { sampleAnchors, sampleRois, type AnchorSample, type RoiSample, type SamplingOptions } from "./sampling.ts";
export { DEFAULT_SETTINGS, type Architecture, type DetectorDescription, type Settings } from "./settings.ts";
export { trainDetector, type TrainEvents, type TrainOptions, type TrainResult } from "./trainDetector.ts";
