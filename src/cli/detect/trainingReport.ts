import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { messageOf } from "../../base/errors.ts";
import type { Classifier } from "../../classification/classifier.ts";
import type { Dataset } from "../../data/dataset.ts";
import type { Detector, DetectorOptions } from "../../detection/detector.ts";
import type { ProgressPicture } from "../../report/page/progressFigure.ts";
import type { TrainingRecord } from "../../report/page/trainingFigure.ts";
import type { RunFolder } from "../../training/run/runFolder.ts";
import { SAMPLE_NAMES } from "../../training/task.ts";
import { defined } from "../../base/defined.ts";
import type { ClipClassifier } from "../../sequence/clips/clipClassifier.ts";
import type { Forecaster } from "../../sequence/forecasting/forecaster.ts";
import type { TextReader } from "../../sequence/reading/textReader.ts";
import type { Segmenter } from "../../segmentation/segmenter.ts";

/** What every kind of report says. */
interface Common {
  title: string;
  warnings: readonly string[];
  training: readonly TrainingRecord[];
  progress?: ProgressPicture;
}

/**
 * Writes `report.html` into a run folder: the best weights on the validation images. Answers its path, or undefined
 * where there is nothing to report; a report that cannot be made is said on stderr and costs no training.
 */
export async function writeTrainingReport(
  run: RunFolder,
  dataset: Dataset,
  warnings: readonly string[],
  { engine, precision }: DetectorOptions,
): Promise<string | undefined> {
  const images = dataset.images.filter(({ split }) => split === "val");
  if (images.length === 0 && !dataset.series) return undefined;
  const file = run.report;
  try {
    const { openModel } = await import("../../models.ts");
    const model = await openModel(run.path, defined({ engine, precision }));
    const title = `${run.path} on its validation ${dataset.series ? "rows" : `${SAMPLE_NAMES[model.kind]}s`}`;
    const progress = await progressOf(run);
    const common = { title, warnings, training: await historyOf(run), ...(progress && { progress }) };
    if (model.kind === "detection") await reportDetector(file, model, { ...dataset, images }, common);
    else if (model.kind === "forecasting") await reportForecaster(file, model, dataset, common);
    else if (model.kind === "segmentation") await reportSegmenter(file, model, { ...dataset, images }, common);
    else if (model.kind === "clips") await reportClips(file, model, { ...dataset, images }, common);
    else if (model.kind === "reading") await reportReader(file, model, { ...dataset, images }, common);
    else await reportClassifier(file, model, { ...dataset, images }, common);
    return file;
  } catch (error) {
    process.stderr.write(`warning: ${file} could not be written: ${messageOf(error)}\n`);
    return undefined;
  }
}

async function reportDetector(file: string, detector: Detector, { images: records }: Dataset, common: Common) {
  const { analyzeDetections } = await import("../../metrics/index.ts");
  const { writeEvaluationReport } = await import("../../report/evaluation/evaluationReport.ts");
  const { classes } = detector;
  const images = await detector.detectLabelled(records);
  detector.dispose();
  const analysis = analyzeDetections(images, classes);
  await writeEvaluationReport(file, { ...common, classes, images, analysis });
}

async function reportClassifier(file: string, classifier: Classifier, dataset: Dataset, common: Common) {
  const { classifierData } = await import("../../classification/classifierData.ts");
  const { measureClassifier } = await import("../../classification/measure.ts");
  const { writeClassifierReport } = await import("../../report/classification/classifierReport.ts");
  const { classes, description } = classifier;
  const images = await classifier.classifyLabelled(classifierData(dataset, description).dataset.images);
  classifier.dispose();
  const evaluation = measureClassifier(images, description);
  await writeClassifierReport(file, { ...common, classes, images, evaluation });
}

async function reportForecaster(file: string, forecaster: Forecaster, { series }: Dataset, common: Common) {
  const { measureForecaster } = await import("../../sequence/forecasting/measure.ts");
  const { writeForecasterReport } = await import("../../report/forecasting/forecasterReport.ts");
  if (!series) throw new Error("a forecaster was trained without a series");
  const { description } = forecaster;
  const rows = await forecaster.forecastSplit(series, "val");
  forecaster.dispose();
  const evaluation = measureForecaster(rows, description);
  await writeForecasterReport(file, { ...common, description, series, rows, evaluation });
}

async function reportReader(file: string, reader: TextReader, dataset: Dataset, common: Common) {
  const { readerData } = await import("../../sequence/reading/readerData.ts");
  const { measureReader } = await import("../../sequence/reading/measure.ts");
  const { writeReaderReport } = await import("../../report/reading/readerReport.ts");
  const { classes, description } = reader;
  const images = await reader.readLabelled(readerData(dataset, description.margin).images);
  reader.dispose();
  await writeReaderReport(file, { ...common, classes, images, evaluation: measureReader(images) });
}

async function reportClips(file: string, model: ClipClassifier, dataset: Dataset, common: Common) {
  const { clipsData } = await import("../../sequence/clips/clipsData.ts");
  const { measureClips } = await import("../../sequence/clips/measure.ts");
  const { writeClassifierReport } = await import("../../report/classification/classifierReport.ts");
  const { classes, description } = model;
  const images = await model.classifyLabelled(clipsData(dataset, description.architecture).dataset.images);
  model.dispose();
  const noun = description.architecture.perFrame ? "frame" : SAMPLE_NAMES.clips;
  await writeClassifierReport(file, { ...common, classes, images, noun, evaluation: measureClips(images, classes) });
}

async function reportSegmenter(file: string, segmenter: Segmenter, dataset: Dataset, common: Common) {
  const { segmentationData } = await import("../../segmentation/segmentationData.ts");
  const { measureSegmenter } = await import("../../segmentation/measuring/measure.ts");
  const { Extremes } = await import("../../report/segmentation/extremes.ts");
  const { writeSegmentationReport } = await import("../../report/segmentation/segmentationReport.ts");
  const { classes } = segmenter;
  const images = segmenter.segmentLabelled(segmentationData(dataset).dataset.images);
  const extremes = new Extremes();
  const evaluation = await measureSegmenter(images, classes, (...seen) => {
    extremes.add(...seen);
  });
  segmenter.dispose();
  await writeSegmentationReport(file, { ...common, classes, evaluation, shown: extremes.get(), pictures: true });
}

/** The picture of what was found during the training, of those kinds of models that have one. */
async function progressOf(run: RunFolder): Promise<ProgressPicture | undefined> {
  if (!existsSync(run.progress)) return undefined;
  const { readImageHeader } = await import("../../data/images/images.ts");
  const { width } = await readImageHeader(run.progress);
  return { url: `data:image/jpeg;base64,${await readFile(run.progress, "base64")}`, width };
}

/** The course of the training that made the weights; runs of old do not have the loss and the steps. */
export async function historyOf(run: RunFolder): Promise<TrainingRecord[]> {
  if (!existsSync(run.metrics)) return []; // a model without its run
  return (await run.readMetrics()).map(({ step, epoch, loss, validationLoss, metrics, best }) => {
    const held = validationLoss ?? metrics.loss;
    const measured = Object.entries(metrics).map(([name, value]) => [name, value ?? NaN] as const);
    return {
      ...defined({ step, validationLoss: held ?? undefined }),
      ...{ epoch, loss: loss ?? NaN, metrics: Object.fromEntries(measured), best },
    };
  });
}
