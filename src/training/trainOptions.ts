import type { NamedValues } from "../core/namedWeights.ts";
import type { Random } from "../base/random.ts";
import type { AugmentThreads } from "../data/augment/augmentThreads.ts";
import type { ImageCache } from "../data/images/imageCache.ts";
import type { LoadingChoice } from "../data/images/openImageCache.ts";
import type { Limiter } from "../data/parallel.ts";
import type { EngineChoice } from "../engine/load.ts";
import type { Precision } from "../engine/graph/program.ts";
import type { Callback } from "./callbacks/callback.ts";
import type { NamedPicture } from "./callbacks/trainingView.ts";
import type { FitProgress, FitValidation } from "./loop/progress.ts";
import type { RecipeOptions } from "./recipe.ts";
import type { PretrainedBackbone, Start } from "./start/start.ts";
import type { Task, ValidationExamples } from "./task.ts";

/** Options of every training, whatever is trained; images are kept in memory unless told. */
export interface TrainOptions extends LoadingChoice, RecipeOptions {
  /** Run folder. */
  out: string;
  /** How long: one of the two, or neither. With `resume`: how much more. */
  epochs?: number;
  minutes?: number;
  /** Samples in a step. */
  batch: number;
  seed: number;
  engine: EngineChoice;
  precision: Precision | "auto";
  /** Seconds that the caller has spent before, which count among the minutes. */
  spent?: number;
  /** The caller is going to open the best weights and measure them for a report: the minutes include that, too. */
  report?: boolean;
  /** Ends the training after so many validations without a better score. */
  patience?: number;
  /** Multiplies the learning rate by 0.3 after so many validations without a better score. */
  reduceOnPlateau?: number;
  /** Keeps the weights after every so many epochs, see RunFolder.checkpoint; and how many of them, 5 unless told. */
  checkpointEvery?: number;
  keepCheckpoints?: number;
  /** Writes what TensorBoard shows into the run folder; done unless told. */
  tensorboard?: boolean;
  /** Draws what validations found, for TensorBoard: `drawExamples` does. */
  draw?: DrawExamples;
  /** A run or model folder whose weights to begin with, as far as they fit. */
  weights?: string;
  /** Go on from the last checkpoint in `out`. */
  resume?: boolean;
  /** Take the place of a training that is in `out`, and of other files that no training has written. */
  overwrite?: boolean | undefined;
  /** What the data was read from: nothing is written there. */
  inputs?: readonly string[];
  /** Stops at the end of a step, with a checkpoint. */
  signal?: AbortSignal;
  /** Further callbacks. */
  callbacks?: readonly Callback[];
}

/** Makes pictures of what a validation found. */
export type DrawExamples = (
  examples: ValidationExamples,
  classes: readonly string[],
) => Promise<readonly NamedPicture[]>;

/** The names of all of them, for functions that refuse others. */
export const TRAIN_OPTIONS = {
  ...({ out: true, epochs: true, minutes: true, batch: true, seed: true, optimizer: true, lr: true } as const),
  ...({ schedule: true, momentum: true, beta1: true, beta2: true, weightDecay: true } as const),
  ...({ clipNorm: true, accumulate: true } as const),
  ...({ engine: true, precision: true, patience: true, weights: true, resume: true, signal: true } as const),
  ...({ callbacks: true, cache: true, cacheLimit: true, workers: true } as const),
  ...({ reduceOnPlateau: true, checkpointEvery: true, keepCheckpoints: true, tensorboard: true, draw: true } as const),
  ...({ overwrite: true, inputs: true, report: true, spent: true } as const),
} satisfies Record<keyof TrainOptions, true>;

/** What a training tells while it runs. */
export interface TrainEvents {
  /** A line for a person. */
  message?: (text: string) => void;
  /** After each step. */
  progress?: (state: FitProgress) => void;
  /** After each measurement on the validation data. */
  validated?: (state: FitValidation) => void;
}

/** What a training came to. */
export interface TrainResult {
  steps: number;
  seconds: number;
  /** The best weights' score on the validation images, and the step they were found at. */
  best: { score: number; step: number } | null;
  /** False when the signal stopped it. */
  finished: boolean;
}

/** What a task is prepared with. */
export interface PrepareContext {
  /** Where decoded images are kept, how many are decoded at once, and which threads augment them. */
  loading: { cache: ImageCache; decoding: Limiter; threads: AugmentThreads };
  /** Draws all that the task needs. */
  random: Random;
  /** The folder of a model whose description holds: what was chosen from data then is taken from there. */
  model?: string;
  /** Goes on with that model's own training. */
  resumes: boolean;
  /** What that training had begun with, as its task said in `built`. */
  begunWith?: Start;
  /** The backbone of a model of another task whose weights to begin with, as far as they fit. */
  start?: PretrainedBackbone;
  /** Options of the model that were given: they hold in place of what a model to begin with says. */
  given?: ReadonlySet<string>;
}

/** A task, its words for a person, and what ends it. */
export interface Prepared<Batch> extends Task<Batch> {
  /** What was built, under the names of options: goes into config.json. */
  built: Readonly<Record<string, unknown>>;
  /** "input 320 x 240, anchors …" */
  summary: string;
  /** What a person should know before the training begins, a line each. */
  notes?: readonly string[];
  /** Weights of the model that it begins with, brought to its own classes, and what a person should know of that. */
  adaptWeights?(weights: NamedValues): { weights: NamedValues; says?: string };
  /** Frees the network. */
  dispose(): void;
}
