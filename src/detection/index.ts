export {
  anchorShapes,
  gridAnchors,
  levelAnchors,
  spreadOverLevels,
  type AnchorLevel,
  type AnchorShape,
} from "./boxes/anchors.ts";
export { clipBoxes, decodeBoxes, encodeBoxes, type BoxWeights } from "./boxes/boxCoder.ts";
export { Detector, type DetectorOptions, type FilePrediction, type ScoreThreshold } from "./detector.ts";
export { buildFasterRcnn, type FasterRcnn } from "./fasterRcnn/network.ts";
export {
  BACKGROUND,
  IGNORED,
  matchBestAnchors,
  matchByThreshold,
  type BestAnchorsOptions,
  type GroundTruth,
  type ThresholdOptions,
} from "./boxes/groundTruth.ts";
export { adviseAnchors, type AnchorAdvice, type AnchorFit } from "./boxes/adviseAnchors.ts";
export { anchorShapesFor, kMeansAnchors, meanBestIou } from "./boxes/kMeansAnchors.ts";
export { postProcess, type PostProcessOptions } from "./boxes/postProcess.ts";
export { proposeBoxes, type ProposalOptions, type Proposals } from "./fasterRcnn/proposals.ts";
export { cropRois, roiAlign, roiMaxPool, type RoiAlignOptions, type RoiPoolingOptions } from "./boxes/roiPooling.ts";
export {
  sampleAnchors,
  sampleRois,
  type AnchorSample,
  type RoiSample,
  type SamplingOptions,
} from "./boxes/sampling.ts";
export {
  DEFAULT_SETTINGS,
  type Architecture,
  type DetectorDescription,
  type Settings,
} from "./fasterRcnn/description.ts";
export { trainDetector, type TrainDetectorOptions } from "./trainDetector.ts";
export type { TrainEvents, TrainOptions, TrainResult } from "../training/trainOptions.ts";
