import { z } from "zod";
import { checked, describeIssue } from "./base/checked.ts";
import { AnchorkitError, UsageError } from "./base/errors.ts";
import { nearest } from "./geometry/nearest.ts";
import type { Augmentation } from "./data/augment/description.ts";
import {
  CLASSIFIER_PRESETS,
  CLIP_PRESETS,
  type Flip,
  NO_PRESETS,
  PRESETS,
  type Presets,
  READER_PRESETS,
  SEGMENTER_PRESETS,
} from "./data/augment/presets.ts";
import type { Dataset } from "./data/dataset.ts";
import type { Classifier } from "./classification/classifier.ts";
import { ClassifierOptions, MobilenetOptions, PretrainedOptions } from "./classification/options.ts";
import type { BackboneName } from "./core/backbones/names.ts";
import { DRAWN_WORLD, FROM_SCRATCH } from "./core/weights/publishedFiles.ts";
import type { Detector } from "./detection/detector.ts";
import { FasterRcnnOptions } from "./detection/fasterRcnn/options.ts";
import { exportedAt } from "./export/exportedForm.ts";
import { FcnOptions, UnetOptions } from "./segmentation/options.ts";
import type { Segmenter } from "./segmentation/segmenter.ts";
import type { ClipClassifier } from "./sequence/clips/clipClassifier.ts";
import { ClipClassifierOptions } from "./sequence/clips/options.ts";
import type { Forecaster } from "./sequence/forecasting/forecaster.ts";
import { ForecastOptions } from "./sequence/forecasting/options.ts";
import { ReaderOptions } from "./sequence/reading/options.ts";
import type { TextReader } from "./sequence/reading/textReader.ts";
import { OF_A_START } from "./training/commonOptions.ts";
import type { PredictorOptions } from "./training/predictorOptions.ts";
import type { Runner } from "./engine/graph/step.ts";
import type { BatchChoice } from "./training/memory/chooseBatch.ts";
import type { FindRateEvents, FindRateOptions } from "./training/rateTest/findRate.ts";
import type { RateTest } from "./training/rateTest/rateTest.ts";
import type { TaskKind } from "./training/task.ts";
import type { PrepareContext, Prepared, TrainEvents, TrainOptions, TrainResult } from "./training/trainOptions.ts";

/** What a training says of its images, whatever model it trains. */
export interface ImageOptions {
  /** Images in a step. */
  batch: number;
  /** How training images are varied; the preset `default` of the model's task unless told. */
  augmentation?: Augmentation;
  /** Mirrors in place of those of the augmentation. */
  flip?: Flip;
}

/** A trained model that can be run; `kind` tells which. */
export type Predictor = Detector | Classifier | Segmenter | ClipClassifier | TextReader | Forecaster;

/** A kind of model: what can be chosen of it, how it is trained, and how a trained one is opened. */
export interface ModelFamily<Own extends z.ZodObject = z.ZodObject> {
  task: TaskKind;
  title: string;
  /** Images in a step unless told. */
  batch: number;
  /** What it learns from; images unless told. */
  data?: "series";
  /** The backbone of its network unless told; undefined: layers of its own. */
  backbone?: BackboneName;
  /** What the names of augmentations mean. */
  presets: Presets;
  /** Its own options, by the names that the command line and config.json have for them. Loads no TensorFlow. */
  options: Own;
  /** The task of a training, from its data and options. */
  prepare(dataset: Dataset, options: z.infer<Own> & ImageOptions, context: PrepareContext): Promise<Prepared<unknown>>;
  /** Opens a trained model. */
  open(folder: string, options: PredictorOptions): Promise<Predictor>;
  /** The same model where something else runs it, from what an exported file says of it. */
  adopt(description: unknown, runner: Runner): Promise<Predictor>;
}

/** Lets TypeScript check `prepare` against the family's own options. */
function family<Own extends z.ZodObject>(one: ModelFamily<Own>): ModelFamily {
  return one;
}

/** A classifier with this backbone, whose name is the model's own. */
function classifier(
  model: string,
  title: string,
  backbone: BackboneName,
  options: typeof ClassifierOptions,
): ModelFamily {
  return family({
    task: "classification",
    title,
    batch: 32,
    backbone,
    presets: CLASSIFIER_PRESETS,
    options,
    async prepare(dataset, own, context) {
      const { classifierTask } = await import("./classification/classifierTask.ts");
      return classifierTask(dataset, { ...own, model, backbone }, context);
    },
    open: async (...given) => (await import("./classification/classifier.ts")).Classifier.load(...given),
    adopt: async (...given) => (await import("./classification/classifier.ts")).Classifier.adopt(...given),
  });
}

/** A fully convolutional network whose finest scored map has this stride. */
function fcn(stride: 32 | 16 | 8): ModelFamily {
  const model = `fcn${stride}`;
  return family({
    task: "segmentation",
    title: `FCN-${stride}s`,
    batch: 8,
    backbone: "small",
    presets: SEGMENTER_PRESETS,
    options: FcnOptions,
    async prepare(dataset, { backbone, width = 1, ...own }, context) {
      const { segmenterTask } = await import("./segmentation/segmenterTask.ts");
      const architecture = { kind: "fcn" as const, stride, backbone: backbone ?? "small", width };
      return segmenterTask(dataset, { ...own, model, architecture }, context);
    },
    open: openSegmenter,
    adopt: adoptSegmenter,
  });
}

async function openSegmenter(folder: string, options: PredictorOptions): Promise<Segmenter> {
  return (await import("./segmentation/segmenter.ts")).Segmenter.load(folder, options);
}

async function adoptSegmenter(description: unknown, runner: Runner): Promise<Segmenter> {
  return (await import("./segmentation/segmenter.ts")).Segmenter.adopt(description, runner);
}

/** Every kind of model, by the name that `--model` and descriptions have for it. */
export const MODELS: Readonly<Record<string, ModelFamily>> = {
  "faster-rcnn": family({
    task: "detection",
    title: "Faster R-CNN",
    batch: 4,
    backbone: "small",
    presets: PRESETS,
    options: FasterRcnnOptions,
    prepare: async (...given) => (await import("./detection/fasterRcnn/fasterRcnnTask.ts")).fasterRcnnTask(...given),
    open: async (...given) => (await import("./detection/detector.ts")).Detector.load(...given),
    adopt: async (...given) => (await import("./detection/detector.ts")).Detector.adopt(...given),
  }),
  "small-cnn": classifier("small-cnn", "a small convolutional classifier", "small", PretrainedOptions),
  "mobilenet-v1": classifier("mobilenet-v1", "MobileNet V1", "mobilenet-v1", MobilenetOptions),
  "mobilenet-v2": classifier("mobilenet-v2", "MobileNet V2", "mobilenet-v2", MobilenetOptions),
  "mobilenet-v3-small": classifier("mobilenet-v3-small", "MobileNet V3, small", "mobilenet-v3-small", MobilenetOptions),
  "mobilenet-v3-large": classifier("mobilenet-v3-large", "MobileNet V3, large", "mobilenet-v3-large", MobilenetOptions),
  "efficientnet-b0": classifier("efficientnet-b0", "EfficientNet-B0", "efficientnet-b0", PretrainedOptions),
  resnet18: classifier("resnet18", "ResNet-18", "resnet18", PretrainedOptions),
  resnet34: classifier("resnet34", "ResNet-34", "resnet34", PretrainedOptions),
  resnet50: classifier("resnet50", "ResNet-50", "resnet50", PretrainedOptions),
  vgg16: classifier("vgg16", "VGG16", "vgg16", PretrainedOptions),
  unet: family({
    task: "segmentation",
    title: "U-Net",
    batch: 8,
    presets: SEGMENTER_PRESETS,
    options: UnetOptions,
    async prepare(dataset, { filters, depth, padding, upsampling, backbone, width = 1, ...own }, context) {
      const { segmenterTask } = await import("./segmentation/segmenterTask.ts");
      const levels = { filters, depth, padding, upsampling };
      const architecture = { kind: "unet" as const, ...levels, ...(backbone && { backbone }), width };
      return segmenterTask(dataset, { ...own, model: "unet", architecture }, context);
    },
    open: openSegmenter,
    adopt: adoptSegmenter,
  }),
  fcn32: fcn(32),
  fcn16: fcn(16),
  fcn8: fcn(8),
  "cnn-lstm": family({
    task: "clips",
    title: "CNN and LSTM, for clips of frames",
    batch: 16,
    backbone: "small",
    presets: CLIP_PRESETS,
    options: ClipClassifierOptions,
    async prepare(dataset, own, context) {
      const { clipTask } = await import("./sequence/clips/clipTask.ts");
      return clipTask(dataset, { ...own, model: "cnn-lstm" }, context);
    },
    open: async (...given) => (await import("./sequence/clips/clipClassifier.ts")).ClipClassifier.load(...given),
    adopt: async (...given) => (await import("./sequence/clips/clipClassifier.ts")).ClipClassifier.adopt(...given),
  }),
  crnn: family({
    task: "reading",
    title: "CRNN",
    batch: 32,
    presets: READER_PRESETS,
    options: ReaderOptions,
    async prepare(dataset, own, context) {
      const { readerTask } = await import("./sequence/reading/readerTask.ts");
      return readerTask(dataset, { ...own, model: "crnn" }, context);
    },
    open: async (...given) => (await import("./sequence/reading/textReader.ts")).TextReader.load(...given),
    adopt: async (...given) => (await import("./sequence/reading/textReader.ts")).TextReader.adopt(...given),
  }),
  forecast: family({
    task: "forecasting",
    title: "a recurrent network that forecasts",
    data: "series",
    batch: 32,
    presets: NO_PRESETS,
    options: ForecastOptions,
    async prepare(dataset, own, context) {
      const { forecasterTask } = await import("./sequence/forecasting/forecasterTask.ts");
      return forecasterTask(dataset, { ...own, model: "forecast" }, context);
    },
    open: async (...given) => (await import("./sequence/forecasting/forecaster.ts")).Forecaster.load(...given),
    adopt: async (...given) => (await import("./sequence/forecasting/forecaster.ts")).Forecaster.adopt(...given),
  }),
};

/** @throws AnchorkitError that names the models there are */
export function modelNamed(name: string): ModelFamily {
  const found = Object.hasOwn(MODELS, name) ? MODELS[name] : undefined;
  if (found) return found;
  const names = Object.keys(MODELS);
  const similar = nearest(name, names);
  throw new AnchorkitError(
    `there is no model "${name}"${similar === undefined ? "" : ` (did you mean "${similar}"?)`}; there are ${names.join(", ")}`,
  );
}

/**
 * Trains a model on the images of `train`, measures it on `val`, and leaves a run folder.
 *
 * @param own what is chosen of the model, see its family's `options`; what is left out has its default. With `resume` it is
 * what the run was begun with.
 * @param recorded further options for config.json
 */
export async function trainModel(
  name: string,
  dataset: Dataset,
  own: Readonly<Record<string, unknown>>,
  options: TrainOptions & ImageOptions,
  recorded: Readonly<Record<string, unknown>> = {},
  events: TrainEvents = {},
): Promise<TrainResult> {
  const parsed = options.resume ? await choiceOf(name, options.out) : checkChoice(name, own, options.weights);
  const { chosen, prepare, shared } = choose(name, parsed, options, options.resume ? {} : own);
  const { train } = await import("./training/train.ts");
  return train(dataset, prepare, shared, { model: name, ...chosen, ...recorded }, events);
}

/**
 * The learning-rate range test of a training as `trainModel` would begin it; writes nothing, and keeps no weights.
 *
 * @param own as for `trainModel`
 */
export async function findModelRate(
  name: string,
  dataset: Dataset,
  own: Readonly<Record<string, unknown>>,
  options: FindRateOptions & ImageOptions,
  events: FindRateEvents = {},
): Promise<RateTest> {
  const { prepare, shared } = choose(name, checkChoice(name, own, options.weights), options, own);
  const { findRate } = await import("./training/rateTest/findRate.ts");
  return findRate(dataset, prepare, shared, events);
}

/**
 * The batch that suits the memory of the machine, for a training as `trainModel` would begin it, see `chooseBatch`.
 *
 * @param own as for `trainModel`
 */
export async function findModelBatch(
  name: string,
  dataset: Dataset,
  own: Readonly<Record<string, unknown>>,
  options: FindRateOptions & ImageOptions,
): Promise<BatchChoice> {
  const { findBatch } = await import("./training/memory/findBatch.ts");
  const parsed = checkChoice(name, own, options.weights);
  const prepare = (data: Dataset, context: PrepareContext, batch: number): Promise<Prepared<unknown>> =>
    choose(name, parsed, { ...options, batch }, own).prepare(data, context);
  const { batch: usual, task: kind } = modelNamed(name);
  return findBatch(dataset, prepare, { ...options, usual, kind });
}

/**
 * What is chosen of a model and its images, how its task is made with that, and the options that all trainings share.
 *
 * @param own what was given of it
 */
function choose<Options extends ImageOptions>(
  name: string,
  parsed: Readonly<Record<string, unknown>>,
  { augmentation, flip, ...shared }: Options,
  own: Readonly<Record<string, unknown>>,
) {
  const model = modelNamed(name);
  const images = { batch: shared.batch, ...(augmentation && { augmentation }), ...(flip && { flip }) };
  const chosen = { ...parsed, ...images };
  const given = new Set(Object.keys(own));
  const prepare = async (data: Dataset, context: PrepareContext): Promise<Prepared<unknown>> => {
    const { startingFrom } = await import("./training/start/pretrainedBackbone.ts");
    return model.prepare(data, chosen, { ...(await startingFrom(context, model.task)), given });
  };
  return { chosen, prepare, shared };
}

/**
 * What is chosen of a model, with what is left out filled in.
 *
 * @param weights the run whose weights a training begins with: what is not chosen is as there
 * @throws UsageError for a choice that cannot be made
 */
export function checkChoice(
  name: string,
  own: Readonly<Record<string, unknown>>,
  weights?: string,
): Record<string, unknown> {
  const model = modelNamed(name);
  const { options } = model;
  const fail = (why: string): never => {
    throw new UsageError(`${name}: ${why}`, Object.keys(options.shape));
  };
  const parsed = options.safeParse(own, { reportInput: true });
  if (!parsed.success) return fail(describeIssue(parsed.error.issues[0]));
  const tuning = OF_A_START.find((option) => own[option] !== undefined);
  if (weights !== undefined && own.pretrained !== undefined) {
    fail("pretrained: a training that begins with a run's weights has their backbone: give one of the two");
  }
  if (weights !== undefined) return parsed.data;
  const pretrained = own.pretrained ?? usualStart(model, parsed.data);
  if (tuning !== undefined && (pretrained ?? FROM_SCRATCH) === FROM_SCRATCH) {
    fail(`${tuning}: is about weights to start from, and there are none: give some, too, or leave it out`);
  }
  return { ...parsed.data, ...(pretrained !== undefined && { pretrained }) };
}

/** The kinds of tasks that the weights that come with anchorkit do good, see docs/weights.md. */
const WARM: ReadonlySet<TaskKind> = new Set(["detection", "segmentation"]);

/** The weights that a training begins with unless told. */
function usualStart(
  { task, backbone: usual }: ModelFamily,
  { backbone = usual }: Readonly<Record<string, unknown>>,
): string | undefined {
  return WARM.has(task) && backbone === "small" ? DRAWN_WORLD : undefined;
}

/**
 * What a run was begun with of its model's own options; where it does not say, the defaults. Some of them stand in its
 * config.json as what they came to, so that they need not go together as they do where they are chosen.
 */
async function choiceOf(name: string, out: string): Promise<Record<string, unknown>> {
  const { RunFolder } = await import("./training/run/runFolder.ts");
  const run = new RunFolder(out);
  return checked(await run.readConfig(), z.object(modelNamed(name).options.shape), run.config);
}

/**
 * Opens a trained model of any kind: a run folder (its best weights), best or last in one, or what `detect export`
 * made of one: an ONNX file, which onnxruntime-node runs, or the folder of a SavedModel or GraphModel.
 *
 * @throws AnchorkitError if there is none, or it is damaged; for options that an exported file has not
 */
export async function openModel(path: string, options: PredictorOptions = {}): Promise<Predictor> {
  const exported = exportedAt(path);
  if (exported) {
    const { openExported } = await import("./export/openExported.ts");
    const { description, runner } = await openExported(exported, options);
    return modelNamed(description.model).adopt(description, runner);
  }
  const { modelFolderOf, readModelName } = await import("./training/run/modelFolder.ts");
  const folder = modelFolderOf(path);
  return modelNamed(await readModelName(folder)).open(folder, options);
}
