import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import { AnchorkitError } from "../../base/errors.ts";
import { fitToCanvas } from "../../base/preprocessing.ts";
import { Random } from "../../base/random.ts";
import type { BackboneName } from "../../core/backbones/buildBackbone.ts";
import { readKerasWeights, setKerasWeights } from "../../core/kerasWeights.ts";
import { loadVariables, saveVariables } from "../../core/variables.ts";
import type { Augmentation } from "../../data/augment/description.ts";
import { PRESETS, withFlip, type Flip } from "../../data/augment/presets.ts";
import { channelStatistics } from "../../data/images/channelStatistics.ts";
import type { Dataset, ImageRecord, SplitName } from "../../data/dataset.ts";
import { ImageStore, type ImageStoreOptions } from "../../data/images/imageStore.ts";
import type { TrainingBatch } from "../../data/batches/trainingBatch.ts";
import { trainingBatches, type BatchOptions, type BatchSource } from "../../data/batches/trainingBatches.ts";
import type { Precision, Program } from "../../engine/graph/program.ts";
import type { NamedTensors } from "../../engine/graph/step.ts";
import { chooseFastPrecision } from "../../engine/precision.ts";
import { evaluateCoco } from "../../metrics/detection/coco/coco.ts";
import { LoopState, type Task } from "../../training/fit.ts";
import { adamW, sgd, type Optimizer } from "../../training/optimizers.ts";
import { canvasAnchors } from "../boxes/anchors.ts";
import { anchorBlocks, type AnchorBlocks } from "../boxes/anchorTargets.ts";
import { calibrate } from "../calibrate.ts";
import { chooseCanvas } from "../canvas.ts";
import { saveDetector } from "../detectorFiles.ts";
import { detectLabelled } from "../detectLabelled.ts";
import { buildFasterRcnn, STRIDE, weightsOf, type FasterRcnn } from "./network.ts";
import { anchorShapesFor } from "../boxes/kMeansAnchors.ts";
import { DEFAULT_SETTINGS, type Architecture, type DetectorDescription, type Settings } from "./description.ts";
import { trainFeeds } from "./trainFeeds.ts";
import { compileTraining, type TrainingProgram } from "../trainingProgram.ts";

export interface DetectorTaskOptions {
  /** Run folder. */
  out: string;
  /** Longer side of the canvas in pixels. */
  size: number;
  batch: number;
  seed: number;
  optimizer: "adamw" | "sgd";
  /** How training images are varied; the preset `default` unless told. */
  augmentation?: Augmentation;
  /** Mirrors in place of those of the augmentation. */
  flip?: Flip;
  backbone: BackboneName;
  /** Width multiplier of the MobileNets. */
  width: number;
  /** A folder of Keras weights to start the backbone from. */
  pretrained?: string;
  precision: Precision | "auto";
  /** How anchors are matched to objects; the default, `best`, finds small objects too. */
  assignment?: Settings["assignment"];
  /** A box for each class in place of one for all. */
  classSpecificBoxes?: boolean;
}

/** A detector in training: what the fit loop drives, and what is compiled. */
export interface DetectorTask {
  task: Task<TrainingBatch> & {
    /** What a step is fed, for those who run the program themselves; the caller disposes of it. */
    feedsOf(batch: TrainingBatch, step: number, learningRate: number): NamedTensors;
  };
  training: TrainingProgram;
  description: DetectorDescription;
  /** Takes up the weights and all else that `task.saveLast` left, and tells where the loop stood. */
  resume: () => Promise<LoopState>;
}

/** Images that prediction runs on at once while training. */
const PREDICT_BATCH = 4;
/** The averaged weights are brought up to date every few steps; of them, this share is kept at each step. */
const AVERAGE_EVERY = 5;
const AVERAGE_KEEP = 0.995;
/** Normalisation is frozen after this share of the training, at the mean over so many batches. */
const FREEZE_AT = 0.5;
const CALIBRATION_BATCHES = 40;
/** Anchor shapes a cell, chosen by k-means. */
const ANCHOR_SHAPES = 5;
/** Training images are kept this much larger than the canvas, to zoom in without blur. */
const OVERSIZE = 1.25;

/**
 * Everything that is decided before the first step: canvas, statistics, anchors, network, compiled steps.
 *
 * @param loading where decoded images are kept, how many are decoded at once, and which threads augment them
 */
export async function prepareDetector(
  dataset: Dataset,
  options: DetectorTaskOptions,
  { threads, ...loading }: Pick<ImageStoreOptions, "cache" | "decoding"> & Pick<BatchOptions, "threads"> = {},
): Promise<DetectorTask> {
  const random = new Random(options.seed);
  const { augmentation = PRESETS.default } = options;
  const images = imagesOf(dataset, "train");
  checkBoxes(images);
  const canvas = chooseCanvas(images, options.size);
  const store = new ImageStore(images, canvas, { ...loading, oversize: OVERSIZE });
  const validation = new ImageStore(imagesOf(dataset, "val"), canvas, loading);
  const scaleOf = (image: ImageRecord): number => fitToCanvas(image, canvas).scaleX;
  const anchors = anchorShapesFor(images, scaleOf, ANCHOR_SHAPES, random.fork("anchors"), { squares: true });
  const { architecture, network } = await buildNetwork(options, anchors.length, dataset.classes.length, random);
  const description: DetectorDescription = {
    format: "anchorkit-detector",
    version: 1,
    model: "faster-rcnn",
    classes: dataset.classes,
    architecture,
    settings: { ...DEFAULT_SETTINGS, ...(options.assignment && { assignment: options.assignment }) },
    preprocessing: { canvas, ...(await channelStatistics(store)), ...network.backbone.preprocessing },
    anchors,
  };
  const source = trainingBatches(store, {
    batch: options.batch,
    preprocessing: description.preprocessing,
    augmentation: options.flip ? withFlip(augmentation, options.flip) : augmentation,
    random: random.fork("batches"),
    ...(threads && { threads }),
  });
  const anchorBoxes = canvasAnchors(anchors, canvas, STRIDE);
  const feeding: Feeding = {
    source,
    random: random.fork("sampling"),
    anchors: anchorBoxes,
    blocks: anchorBlocks(anchorBoxes),
    settings: description.settings,
  };
  const training = await compileChecked(options, network, description, feeding);
  return { ...detectorTask(training, network, description, feeding, validation, options), training, description };
}

interface Feeding {
  source: BatchSource;
  random: Random;
  /** [anchors, 4] on the canvas. */
  anchors: Float32Array;
  blocks: AnchorBlocks;
  settings: Settings;
}

function detectorTask(
  training: TrainingProgram,
  network: FasterRcnn,
  description: DetectorDescription,
  feeding: Feeding,
  validation: ImageStore,
  options: DetectorTaskOptions,
): Pick<DetectorTask, "task" | "resume"> {
  const { program, variables, averages } = training;
  const { source } = feeding;
  const { classes, preprocessing } = description;
  let frozen = options.pretrained !== undefined; // published weights come with their statistics

  const task: DetectorTask["task"] = {
    feedsOf: (batch, step, learningRate) => feeds(feeding, batch, step, learningRate),
    stepsPerEpoch: source.stepsPerEpoch,
    prepare: (step) => source.batch(step),
    filesOf: (batch) => batch.files,
    train(batch, { step, progress, learningRate }) {
      const run = (): Record<string, number> => {
        const inputs = feeds(feeding, batch, step, learningRate);
        const losses = runTraining(program, frozen ? "trainFrozen" : "train", inputs);
        if ((step + 1) % AVERAGE_EVERY === 0) updateAverage(program, averageKeep(step));
        return losses;
      };
      if (frozen || progress < FREEZE_AT) return run();
      return calibrate(training, source, step, CALIBRATION_BATCHES).then(() => {
        updateAverage(program, 0);
        frozen = true;
        return run();
      });
    },
    async validate() {
      const images = await detectLabelled(program, PREDICT_BATCH, validation, preprocessing);
      const { perClass, ...metrics } = evaluateCoco(images, classes);
      const classAP = Object.fromEntries(perClass.map(({ name, AP }) => [`AP ${name}`, AP]));
      return { score: metrics.AP, metrics: { ...metrics, ...classAP } };
    },
    async saveBest() {
      program.pull();
      await saveDetector(join(options.out, "best"), network, description, averages);
    },
    async saveLast(loop) {
      program.pull();
      await saveVariables(stateFile(options.out), variables, { loop, frozen });
      await saveDetector(join(options.out, "last"), network, description, averages);
    },
  };
  return {
    task,
    async resume() {
      const state = await loadVariables(stateFile(options.out), variables, SavedState);
      program.push();
      frozen = state.frozen;
      return state.loop;
    },
  };
}

const SavedState = z.object({ loop: LoopState, frozen: z.boolean() });

function stateFile(out: string): string {
  return join(out, "last", "state.bin");
}

async function buildNetwork(
  options: DetectorTaskOptions,
  anchors: number,
  classes: number,
  random: Random,
): Promise<{ architecture: Architecture; network: FasterRcnn }> {
  const published = options.pretrained === undefined ? undefined : await readKerasWeights(options.pretrained);
  const architecture: Architecture = {
    backbone: published ? backboneOf(published.model) : options.backbone,
    width: published?.width ?? options.width,
    channels: 96,
    hidden: 256,
    pooled: 7,
    classSpecificBoxes: options.classSpecificBoxes ?? false,
  };
  const network = buildFasterRcnn(architecture, { anchors, classes }, random.fork("weights"));
  if (published) setKerasWeights(network.backbone, published);
  return { architecture, network };
}

/** Compiles in the precision that was asked for; with `auto`, in bfloat16 where that is fast and gives the same losses. */
async function compileChecked(
  options: DetectorTaskOptions,
  network: FasterRcnn,
  description: DetectorDescription,
  feeding: Feeding,
): Promise<TrainingProgram> {
  const optimizer = makeOptimizer(options.optimizer, network);
  const compile = (precision: Precision): Promise<TrainingProgram> =>
    compileTraining({
      network,
      optimizer,
      preprocessing: description.preprocessing,
      settings: description.settings,
      anchors: feeding.anchors,
      batch: options.batch,
      predictBatch: PREDICT_BATCH,
      stored: feeding.source.stored,
      objects: feeding.source.objects,
      precision,
    });
  if (options.precision !== "auto") return compile(options.precision);
  if (chooseFastPrecision() === "float32") return compile("float32");
  const training = await compile("bfloat16");
  const batch = await feeding.source.batch(0);
  const half = runTraining(training.program, "train", feeds(feeding, batch, 0, 0));
  training.program.push(); // takes that step back
  const full = runTraining(training.eager, "train", feeds(feeding, batch, 0, 0));
  if (COMPARED.every((name) => agree(full[name] ?? NaN, half[name] ?? NaN))) return training;
  training.dispose();
  return compile("float32");
}

/** The other losses depend on which RoIs are sampled, which the last digits of scores decide. */
const COMPARED = ["loss", "objectness", "anchorBoxes"];

/** Losses in bfloat16 differ by some thousandths; a tenth would be another computation. */
function agree(full: number, half: number): boolean {
  return Math.abs(full - half) <= 0.1 * Math.max(Math.abs(full), 0.1);
}

function runTraining(program: Program, step: string, inputs: NamedTensors): Record<string, number> {
  const outputs = program.run(step, inputs);
  const losses = Object.fromEntries(
    Object.entries(outputs).map(([name, value]) => [name, value.dataSync()[0] as number]),
  );
  tf.dispose([inputs, outputs]);
  return losses;
}

function feeds(feeding: Feeding, batch: TrainingBatch, step: number, learningRate: number): NamedTensors {
  const { source, blocks, settings } = feeding;
  const random = feeding.random.fork(step);
  return trainFeeds(batch, { source, anchors: blocks, settings, random, learningRate, step: step + 1 });
}

function updateAverage(program: Program, keep: number): void {
  const fed = tf.scalar(keep);
  tf.dispose([fed, program.run("average", { keep: fed })]);
}

/** Early averages forget faster: the first weights are far from any good ones. */
function averageKeep(step: number): number {
  return Math.min(AVERAGE_KEEP, (1 + step) / (10 + step)) ** AVERAGE_EVERY;
}

function makeOptimizer(name: "adamw" | "sgd", network: FasterRcnn): Optimizer {
  const weights = weightsOf(network, true);
  return name === "adamw" ? adamW(weights, { beta2: 0.99, weightDecay: 0.02 }) : sgd(weights, { weightDecay: 1e-4 });
}

function backboneOf(model: string): BackboneName {
  const known: Record<string, BackboneName> = { MobileNetV1: "mobilenet-v1", MobileNetV2: "mobilenet-v2" };
  const name = known[model];
  if (!name) {
    throw new AnchorkitError(`--pretrained: weights of ${model}; known are those of ${Object.keys(known).join(", ")}`);
  }
  return name;
}

function checkBoxes(images: readonly ImageRecord[]): void {
  if (images.some(({ objects }) => objects.some(({ difficult, crowd }) => !difficult && !crowd))) return;
  const whole = images.some(({ labels }) => labels && labels.length > 0);
  const reason = whole ? "its labels are classes of whole images, for a classifier" : "they are all backgrounds";
  throw new AnchorkitError(`none of ${images.length} images of the split "train" has a box to learn: ${reason}`);
}

function imagesOf(dataset: Dataset, split: SplitName): ImageRecord[] {
  const images = dataset.images.filter((image) => image.split === split);
  if (images.length === 0) {
    throw new AnchorkitError(`no image is in the split "${split}"; a data set needs images in train and val`);
  }
  return images;
}
