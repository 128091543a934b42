import { createHash } from "node:crypto";
import { appendFile, mkdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { cacheFolder } from "../base/cacheFolder.ts";
import { AnchorkitError } from "../base/errors.ts";
import { writeFileAtomic } from "../base/files.ts";
import { AugmentThreads } from "../data/augment/augmentThreads.ts";
import type { Dataset } from "../data/dataset.ts";
import type { ImageCache } from "../data/images/imageCache.ts";
import { DECODED_AT_ONCE } from "../data/images/imageSource.ts";
import { openImageCache, type CacheKind } from "../data/images/openImageCache.ts";
import { limiter, type Limiter } from "../data/parallel.ts";
import { loadEngine, type EngineChoice } from "../engine/load.ts";
import { budgetFrom, type Budget } from "../training/budget.ts";
import { fit, type FitProgress, type FitValidation } from "../training/fit.ts";
import { warmupCosine } from "../training/schedules.ts";
import { prepareDetector, type DetectorTaskOptions } from "./fasterRcnn/fasterRcnnTask.ts";

export interface TrainOptions extends DetectorTaskOptions {
  /** How long: one of the two, or neither. */
  epochs?: number;
  minutes?: number;
  /** Peak learning rate; the default is the optimizer's own. */
  lr?: number;
  engine: EngineChoice;
  /** Where decoded and resized images are kept; `ram` unless told. */
  cache?: CacheKind;
  /** GiB that they may take; 1 in memory and 10 on disk unless told. */
  cacheLimit?: number;
  /** Images that are read and decoded at once; 16 unless told. */
  workers?: number;
  /** Go on from the last checkpoint in `out`. */
  resume?: boolean;
  /** Stops at the end of a step, with a checkpoint. */
  signal?: AbortSignal;
}

export interface TrainEvents {
  message?: (text: string) => void;
  progress?: (state: FitProgress) => void;
  validated?: (state: FitValidation) => void;
}

export interface TrainResult {
  steps: number;
  seconds: number;
  /** The best weights' AP on the validation images, and the step they were found at. */
  best: { score: number; step: number } | null;
  /** False when the signal stopped it. */
  finished: boolean;
}

const PEAK_RATE = { adamw: 2e-3, sgd: 1e-2 };
const WARMUP_STEPS = 30;
/** The weights are measured so many times; in a short training less often, so that little of its time goes there. */
const VALIDATIONS = { most: 12, least: 3, perMinute: 1.2 };
/** Without a budget: so many epochs, and more of them where there are few images. */
const DEFAULT_EPOCHS = 100;
const DEFAULT_STEPS = 3000;

/**
 * Trains Faster R-CNN on the images of `train`, measures on `val`, and leaves a run folder: config.json, metrics.jsonl,
 * best/ and last/ (model.json, weights.bin, detector.json; last/ also what `resume` needs).
 */
export async function trainDetector(
  dataset: Dataset,
  options: TrainOptions,
  events: TrainEvents = {},
): Promise<TrainResult> {
  const started = performance.now();
  const engine = await loadEngine({ engine: options.engine });
  await mkdir(options.out, { recursive: true });
  const loading = await loadingOf(options, events.message);
  const threads = new AugmentThreads();
  const { task, training, description, resume } = await prepareDetector(dataset, options, { ...loading, threads });
  try {
    const { signal, resume: goOn, ...config } = options;
    const budget = budgetFrom(options, defaultBudget(task.stepsPerEpoch));
    const resumed = goOn === true ? await resume() : undefined;
    if (resumed?.finished === true) {
      throw new AnchorkitError(`${options.out}: this training has finished; start a new one in another --out`);
    }
    if (!resumed) {
      const record = {
        ...config,
        budget,
        engine: engine.name,
        tensorflow: engine.tensorflow,
        node: process.version,
        classes: dataset.classes,
        dataFingerprint: fingerprint(dataset),
      };
      await writeFileAtomic(join(options.out, "config.json"), `${JSON.stringify(record, undefined, 2)}\n`);
      await writeFileAtomic(join(options.out, "metrics.jsonl"), "");
    }
    const { canvas } = description.preprocessing;
    const spent = (performance.now() - started) / 1000;
    events.message?.(
      `input ${canvas.width} x ${canvas.height}, ${training.precision}, ` +
        `anchors ${description.anchors.map((shape) => shape.map(Math.round).join(" x ")).join(", ")}; ` +
        `ready after ${spent.toFixed(1)} s`,
    );
    const lines: Promise<void>[] = [];
    const peak = options.lr ?? PEAK_RATE[options.optimizer];
    const state = await fit(task, {
      budget,
      batch: options.batch,
      learningRate: (step, progress) => warmupCosine(step, progress, { peak, warmupSteps: WARMUP_STEPS }),
      validations: validationsIn(budget),
      spent,
      ...(resumed && { resumed }),
      ...(signal && { signal }),
      onStep: (progress) => events.progress?.(progress),
      onValidation(validation) {
        lines.push(appendFile(join(options.out, "metrics.jsonl"), `${JSON.stringify(validation)}\n`));
        events.validated?.(validation);
      },
    });
    await Promise.all(lines);
    return { steps: state.step, seconds: state.elapsed, best: state.best, finished: state.finished };
  } finally {
    training.dispose();
    await threads.close();
  }
}

/** Training and validation images share one memory, one folder and one queue. */
async function loadingOf(
  { cache = "ram", cacheLimit, workers = DECODED_AT_ONCE }: TrainOptions,
  warn?: (text: string) => void,
): Promise<{ cache: ImageCache; decoding: Limiter }> {
  const folder = join(cacheFolder(), "images");
  return { cache: await openImageCache(cache, { limit: cacheLimit, folder, warn }), decoding: limiter(workers) };
}

/** Changes when an image, a box, a class or a split does. */
function fingerprint({ classes, images }: Dataset): string {
  const content = images.map(({ file, width, height, split, objects }) => [
    basename(file),
    width,
    height,
    split,
    objects,
  ]);
  return createHash("sha256")
    .update(JSON.stringify([classes, content]))
    .digest("hex");
}

function validationsIn(budget: Budget): number {
  const { most, least, perMinute } = VALIDATIONS;
  return "epochs" in budget ? most : Math.min(most, Math.max(least, Math.round(budget.minutes * perMinute)));
}

function defaultBudget(stepsPerEpoch: number): Budget {
  return { epochs: Math.max(DEFAULT_EPOCHS, Math.ceil(DEFAULT_STEPS / stepsPerEpoch)) };
}
