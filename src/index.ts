export * from "./geometry/index.ts";
export * from "./metrics/index.ts";
export * from "./detection/index.ts";
export * from "./classification/index.ts";
export * from "./segmentation/index.ts";
export * from "./sequence/index.ts";
export * from "./training/index.ts";
export * from "./core/index.ts";

export type { DetectedFile, DetectedImage, TruthColumns } from "./base/detectedImage.ts";
export { AnchorkitError, UsageError } from "./base/errors.ts";
export { Random } from "./base/random.ts";
export { type HeatMap, heatOnImage, heatPeak, type HeatPeak } from "./base/heatMap.ts";
export type { Preprocessing, ResizeRule, Size } from "./base/preprocessing.ts";

export { describeEngine, type EngineDescription } from "./engine/describe.ts";
export { installEngine, type InstalledEngine, type InstallOptions } from "./engine/install/install.ts";
export { loadEngine, type Engine, type EngineChoice } from "./engine/load.ts";
export { compileProgram, type Precision, type Program, type ProgramOptions } from "./engine/graph/program.ts";
export type { NamedTensors, Step, TensorSpec, Updates } from "./engine/graph/step.ts";

export type { PortableInput, PortableModel } from "./export/portableModel.ts";
export { onnxFile, type OnnxFileOptions } from "./export/onnx/onnxFile.ts";
export type { QuantizationForm } from "./export/quantize/forms.ts";
export type { Quantization } from "./export/quantize/quantize.ts";
export type { OpenedModel } from "./export/openedModel.ts";
export { openOnnx, type OnnxSessionOptions } from "./export/onnx/onnxSession.ts";
export { findModelRate, MODELS, type ModelFamily, modelNamed, openModel, trainModel } from "./models.ts";

export { alignClasses } from "./data/alignClasses.ts";
export { augmentImage, type Annotations, type AugmentOptions, type Sample } from "./data/augment/apply/augmentImage.ts";
export type { Augmentation } from "./data/augment/description.ts";
export type { Draw } from "./data/augment/draw/draw.ts";
export { drawAugmentation, type DrawOptions } from "./data/augment/draw/drawAugmentation.ts";
export { loadAugmentation } from "./data/augment/readAugmentation.ts";
export {
  type Bucket,
  bucketByLength,
  type BucketedBatch,
  type BucketedBatches,
  bucketedBatches,
} from "./data/batches/bucketByLength.ts";
export { type PaddedSequences, padSequences } from "./data/batches/padSequences.ts";
export type {
  Dataset,
  ImageRecord,
  LabelledObject,
  Scalar,
  Segmentation,
  Series,
  SeriesEnds,
  SplitName,
} from "./data/dataset.ts";
export { findSeason, type FoundSeason } from "./data/series/findSeason.ts";
export { readSeries, type ReadSeriesOptions } from "./data/series/readSeries.ts";
export { type SeriesShares, splitSeries } from "./data/series/splitSeries.ts";
export { type WindowLengths, windowOrigins } from "./data/series/windowOrigins.ts";
export { exportLabels } from "./data/exportLabels.ts";
export type { BoxLayout } from "./data/comparison/boxLayout.ts";
export type { CocoTruth, ComparedImage, TruthImage } from "./data/comparison/comparedImage.ts";
export { readCocoResults, type CocoResults, type ResultOptions } from "./data/formats/coco/cocoResults.ts";
export { readCocoTruth, type TruthOptions } from "./data/formats/coco/cocoTruth.ts";
export { writeCocoResults } from "./data/formats/coco/writeCocoResults.ts";
export type {
  Coordinates,
  FormatId,
  Orphans,
  ReadOptions,
  ReadResult,
  WriteOptions,
  WriteResult,
} from "./data/formats/format.ts";
export {
  type ImageBatch,
  type ImageDataset,
  imageDatasetFromDirectory,
  type ImageDatasetOptions,
} from "./data/directories/imageDataset.ts";
export {
  decodeImage,
  type DecodedImage,
  type DecodeOptions,
  type ImageHeader,
  readImageHeader,
} from "./data/images/images.ts";
export { cutOutObjects, type CutOutOptions } from "./data/cutOutObjects.ts";
export { importLabels, type ImportOptions } from "./data/importLabels.ts";
export {
  type MaskBatch,
  type MaskDataset,
  maskDatasetFromDirectory,
  type MaskDatasetOptions,
} from "./data/directories/maskDataset.ts";
export { groupNearDuplicates, type NearDuplicate, nearDuplicates } from "./data/duplicates/nearDuplicates.ts";
export { croppedCopies } from "./data/duplicates/croppedCopies.ts";
export { hashDistance, type Look, lookOf, perceptualHash } from "./data/duplicates/perceptualHash.ts";
export { lintDataset, type LintOptions } from "./data/lint/lintDataset.ts";
export type { LintChange, LintFinding, LintReport } from "./data/lint/report.ts";
export { readDataset, type ReadDatasetOptions } from "./data/readDataset.ts";
export { stratifiedSplit, type StratifiedOptions, type StratifiedResult } from "./data/split/stratifiedSplit.ts";
export type { SplitFractions } from "./data/split/iterativeStratification.ts";
export { countSplits, splitDataset, type SplitCounts } from "./data/split/splits.ts";
export { type DatasetStats, datasetStats } from "./data/stats/datasetStats.ts";

export { compareProfiles, type CompareOptions, type Drift, driftedIn } from "./monitoring/compareProfiles.ts";
export { type DriftVerdict, FLOORS, type MeasureDrift } from "./monitoring/measureDrift.ts";
export { type Measure, type MeasureName } from "./monitoring/measures.ts";
export {
  type Monitor,
  type MonitoredModel,
  type MonitorOptions,
  type Observed,
  type ObservedAnswer,
  openMonitor,
} from "./monitoring/monitor/openMonitor.ts";
export { type Monitors, type ObservedBy, openMonitors } from "./monitoring/monitor/openMonitors.ts";
export { type Monitored, readMonitor } from "./monitoring/monitor/readMonitor.ts";
export { chooseNext, type NextImage } from "./monitoring/next/chooseNext.ts";
export type { Profile, Said } from "./monitoring/profile.ts";
export { type FileProfile, profileFiles, type WatchedModel } from "./monitoring/profileFiles.ts";
export { readReference, type Reference, writeReference } from "./monitoring/referenceFile.ts";
export { type DriftReportInput } from "./report/drift/input.ts";
export { writeDriftReport } from "./report/drift/driftReport.ts";

export { contactSheet, type SheetImage, type SheetOptions } from "./report/contactSheet.ts";
export { confusionPicture } from "./report/runs/confusionPicture.ts";
export { drawExamples } from "./report/runs/drawExamples.ts";
export { drawDetections } from "./report/drawDetections.ts";
export { drawSegmentation, type SegmentationOverlayOptions } from "./report/segmentation/drawSegmentation.ts";
export { drawExplanations, type ExplainedPart } from "./report/explanation/drawExplanations.ts";
export { writePicture, type RgbImage } from "./report/picture.ts";
export { statsReport, writeStatsReport } from "./report/stats/statsReport.ts";
export type { StatsReportInput } from "./report/stats/input.ts";
