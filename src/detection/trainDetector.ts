import { setImmediate } from "node:timers/promises";
import * as tf from "@tensorflow/tfjs";
import { AnchorkitError } from "../base/errors.ts";
import { fitToCanvas, type Preprocessing } from "../base/preprocessing.ts";
import { Random } from "../base/random.ts";
import { DEFAULT_AUGMENTATION, type Augmentation } from "../data/augmentation.ts";
import type { Dataset, ImageRecord } from "../data/dataset.ts";
import { ImageStore } from "../data/imageStore.ts";
import { trainingBatches, type BatchSource, type TrainingBatch } from "../data/trainingBatches.ts";
import { loadEngine, type EngineChoice } from "../engine/load.ts";
import type { NamedTensors } from "../engine/step.ts";
import { evaluateCoco, type CocoMetrics } from "../metrics/coco.ts";
import { budgetFrom, progressOf, type Budget } from "../training/budget.ts";
import { adamW, sgd } from "../training/optimizers.ts";
import { warmupCosine } from "../training/schedules.ts";
import { gridAnchors } from "./anchors.ts";
import { channelStatistics, chooseCanvas } from "./canvas.ts";
import { detectImages } from "./detectImages.ts";
import { buildFasterRcnn, STRIDE, weightsOf, type Architecture } from "./fasterRcnn.ts";
import { anchorShapesFor } from "./kMeansAnchors.ts";
import { DEFAULT_SETTINGS } from "./settings.ts";
import { compileTraining, type TrainingProgram } from "./trainingProgram.ts";

export interface TrainOptions {
  out: string;
  epochs?: number;
  minutes?: number;
  /** Longer side of the canvas in pixels. */
  size: number;
  batch: number;
  /** Peak learning rate; the default is the optimizer's own. */
  lr?: number;
  seed: number;
  optimizer: "adamw" | "sgd";
  flip: Augmentation["flip"];
  precision: "float32" | "bfloat16" | "auto";
  engine: EngineChoice;
  signal?: AbortSignal;
}

export interface TrainEvents {
  message?(text: string): void;
  progress?(state: Progress): void;
  validated?(state: Validation): void;
}

export interface Progress {
  step: number;
  steps?: number;
  epoch: number;
  epochs?: number;
  /** Seconds. */
  elapsed: number;
  remaining: number;
  loss: number;
  losses: Record<string, number>;
  imagesPerSecond: number;
  learningRate: number;
}

export interface Validation {
  step: number;
  epoch: number;
  elapsed: number;
  AP: number;
  AP50: number;
  best: boolean;
}

/** Prediction runs on so many images at once while training. */
const PREDICT_BATCH = 4;
/** Training steps between two updates of the averaged weights, and what is kept of the average at each step. */
const AVERAGE_EVERY = 5;
const AVERAGE_KEEP = 0.995;
/** Share of the training after which normalisation is frozen, and the batches its statistics are averaged over. */
const FREEZE_AT = 0.5;
const CALIBRATION_BATCHES = 40;
const WARMUP_STEPS = 30;
const ANCHORS = 5;

export async function trainDetector(dataset: Dataset, options: TrainOptions, events: TrainEvents): Promise<void> {
  const started = performance.now();
  const elapsed = (): number => (performance.now() - started) / 1000;
  await loadEngine({ engine: options.engine });
  const random = new Random(options.seed);
  const records = dataset.images.filter((image) => image.split === "train");
  const validation = dataset.images.filter((image) => image.split === "val");
  const canvas = chooseCanvas(records, options.size);
  const store = new ImageStore(records, canvas, { oversize: 1.25 });
  const preprocessing: Preprocessing = { canvas, ...(await channelStatistics(store)) };
  const shapes = anchorShapesFor(
    records,
    (image) => fitToCanvas(image, canvas).scaleX,
    ANCHORS,
    random.fork("anchors"),
    { squares: process.env.SQUARES !== "0" },
  );
  const anchors = gridAnchors(shapes, Math.ceil(canvas.height / STRIDE), Math.ceil(canvas.width / STRIDE), STRIDE);
  const architecture: Architecture = {
    backbone: "small",
    width: 1,
    channels: 96,
    hidden: 256,
    pooled: 7,
    anchors: shapes.length,
    classes: dataset.classes.length,
    classSpecificBoxes: false,
  };
  const network = buildFasterRcnn(architecture, random.fork("weights"));
  const weights = weightsOf(network, true);
  const optimizer =
    options.optimizer === "adamw" ? adamW(weights, { beta2: 0.99, weightDecay: 0.02 }) : sgd(weights, { weightDecay: 1e-4 });
  const peak = options.lr ?? (options.optimizer === "adamw" ? 2e-3 : 1e-2);
  const augmentation = { ...DEFAULT_AUGMENTATION, flip: options.flip };
  const source = trainingBatches(store, { batch: options.batch, preprocessing, augmentation, random: random.fork("data") });
  const training = await compileTraining({
    network,
    optimizer,
    preprocessing,
    settings: DEFAULT_SETTINGS,
    anchors,
    batch: options.batch,
    predictBatch: PREDICT_BATCH,
    stored: source.stored,
    objects: source.objects,
    precision: options.precision === "auto" ? "bfloat16" : options.precision,
  });
  const { program } = training;
  events.message?.(`canvas ${canvas.width} x ${canvas.height}, anchors ${shapes.map((s) => s.map(Math.round).join("x")).join(" ")}, ready after ${elapsed().toFixed(1)} s`);
  const budget = budgetFrom(options, { epochs: 100 });
  const noise = random.fork("noise");
  let next = source.batch(0);
  let frozenAt: number | undefined;
  let validatedAt = elapsed();
  const every = "minutes" in budget ? (budget.minutes * 60) / 12 : 60;
  const valStore = new ImageStore(validation, canvas);
  for (let step = 0; ; step++) {
    const progress = progressOf(budget, step, source.stepsPerEpoch, elapsed());
    if (frozenAt === undefined && progress >= FREEZE_AT) {
      frozenAt = step;
      await calibrate(training, source, step);
      tf.dispose(program.run("average", { keep: tf.scalar(0) }));
    }
    const batch = await next;
    next = source.batch(step + 1);
    const learningRate = warmupCosine(step, progress, { peak, warmupSteps: WARMUP_STEPS });
    const feeds = tensorsOf(batch, source, anchors.length / 4, noise.fork(step), learningRate, step + 1);
    const outputs = program.run(frozenAt === undefined ? "train" : "trainFrozen", feeds);
    const losses = Object.fromEntries(Object.entries(outputs).map(([name, t]) => [name, t.dataSync()[0] as number]));
    tf.dispose([feeds, outputs]);
    if ((step + 1) % AVERAGE_EVERY === 0) {
      tf.dispose(program.run("average", { keep: tf.scalar(step < 100 ? 0.5 : AVERAGE_KEEP ** AVERAGE_EVERY) }));
    }
    if (step % 50 === 49)
      events.progress?.({ step, epoch: step / source.stepsPerEpoch, elapsed: elapsed(), remaining: 0, loss: losses.loss as number, losses, imagesPerSecond: (options.batch * (step + 1)) / elapsed(), learningRate });
    const last = progressOf(budget, step + 1, source.stepsPerEpoch, elapsed()) >= 1;
    if (last || elapsed() - validatedAt > every) {
      const t = elapsed();
      const { AP, AP50 } = await evaluate(training, valStore, dataset.classes, preprocessing);
      events.validated?.({ step, epoch: step / source.stepsPerEpoch, elapsed: elapsed(), AP, AP50, best: false });
      events.message?.(`validation took ${(elapsed() - t).toFixed(1)} s`);
      validatedAt = elapsed();
    }
    if (last) break;
    await setImmediate();
  }
  const test = dataset.images.filter((image) => image.split === "test");
  if (process.env.TEST) events.message?.(JSON.stringify(await evaluate(training, new ImageStore(test, canvas), dataset.classes, preprocessing)));
  program.dispose();
}

async function evaluate(training: TrainingProgram, store: ImageStore, classes: string[], preprocessing: Preprocessing): Promise<CocoMetrics> {
  const images = [];
  for (let i = 0; i < store.length; i += PREDICT_BATCH) {
    const indices = Array.from({ length: Math.min(PREDICT_BATCH, store.length - i) }, (_, k) => i + k);
    const fitted = await Promise.all(indices.map(async (k) => ({ ...(await store.get(k)), original: store.record(k) })));
    const detections = detectImages(training.program, "predict", PREDICT_BATCH, fitted, preprocessing);
    images.push(...indices.map((k, j) => ({ truth: truthOf(store.record(k)), detections: detections[j]! })));
  }
  return evaluateCoco(images, classes);
}

function truthOf(record: ImageRecord) {
  return { boxes: record.objects.flatMap((o) => o.box), classes: record.objects.map((o) => o.class) };
}

async function calibrate({ program, norms }: TrainingProgram, source: BatchSource, from: number): Promise<void> {
  const statistics = norms.flatMap((norm) => norm.nonTrainableWeights.map((w) => w.read() as tf.Variable));
  const sums = statistics.map((v) => new Float32Array(v.size));
  for (let i = 0; i < CALIBRATION_BATCHES; i++) {
    const { images, crops, scale, shift } = imageTensors(await source.batch(from + i), source);
    const outputs = program.run("calibrate", { images, crops, scale, shift });
    tf.dispose([images, crops, scale, shift, outputs]);
    program.pull();
    statistics.forEach((v, k) => v.dataSync().forEach((x, j) => (sums[k]![j]! += x / CALIBRATION_BATCHES)));
  }
  statistics.forEach((v, k) => tf.tidy(() => { v.assign(tf.tensor(sums[k]!, v.shape)); }));
  program.push();
}

function imageTensors(batch: TrainingBatch, { stored }: BatchSource) {
  const n = batch.files.length;
  return {
    images: tf.tensor4d(batch.images, [n, stored.height, stored.width, 3], "int32"),
    crops: tf.tensor2d(batch.crops, [n, 4]),
    scale: tf.tensor2d(batch.scale, [n, 3]),
    shift: tf.tensor2d(batch.shift, [n, 3]),
  };
}

function tensorsOf(batch: TrainingBatch, source: BatchSource, anchors: number, noise: Random, learningRate: number, step: number): NamedTensors {
  const n = batch.files.length;
  const m = source.objects;
  const uniform = (count: number): tf.Tensor2D =>
    tf.tensor2d(Float32Array.from({ length: n * count }, () => noise.uniform()), [n, count]);
  return {
    ...imageTensors(batch, source),
    boxes: tf.tensor3d(batch.boxes, [n, m, 4]),
    classes: tf.tensor2d(batch.classes, [n, m], "int32"),
    valid: tf.tensor2d(batch.valid, [n, m]),
    ignored: tf.tensor2d(batch.ignored, [n, m]),
    anchorNoise: uniform(anchors),
    roiNoise: uniform(DEFAULT_SETTINGS.proposals.after + m),
    learningRate: tf.scalar(learningRate),
    step: tf.scalar(step),
  };
}
