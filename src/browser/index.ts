export type { BrowserModel } from "./browserModel.ts";
export type { BrowserClassifier, ImageClassification } from "./classifier.ts";
export type { BrowserDetector, DetectOptions } from "./detector.ts";
export type { ImageSource, RgbaPixels } from "./imagePixels.ts";
export { type AnyModel, type BrowserModels, loadModel, type LoadOptions } from "./loadModel.ts";
export type { BrowserDescription } from "./readManifest.ts";
export type { BrowserSegmenter, SegmentOptions } from "./segmenter.ts";
export type { BrowserGraph, BrowserTensor, ModelArtifacts, ModelSource, TensorFlowJs } from "./tensorflowJs.ts";
export type { BrowserTextReader } from "./textReader.ts";
