import type * as tf from "@tensorflow/tfjs";
import type { DetectedFile } from "../base/detectedImage.ts";
import type { Random } from "../base/random.ts";
import type { NamedTensors, Step, TensorSpec } from "../engine/graph/step.ts";
import type { LabelMap } from "../geometry/masks/labelMap.ts";
import type { EvaluationImage } from "../metrics/detection/evaluationImage.ts";
import type { Recipe } from "./recipe.ts";

/** What kinds of tasks there are; the last three are of sequences: clips of frames, text in an image, series of numbers. */
export type TaskKind = "detection" | "classification" | "segmentation" | "clips" | "reading" | "forecasting";

/** What a sample of each kind is called. */
export const SAMPLE_NAMES: Readonly<Record<TaskKind, string>> = {
  detection: "image",
  classification: "image",
  segmentation: "image",
  clips: "clip",
  reading: "image",
  forecasting: "window",
};

/** All that is saved of a model besides its weights; each model has more fields of its own, see models.ts. */
export interface ModelDescription {
  /** The name that `--model` knows it by. */
  model: string;
  classes: readonly string[];
}

/** An endless, shuffled stream of batches. Each batch depends on its number and the seed alone, so it can be resumed. */
export interface Batches<Batch> {
  stepsPerEpoch: number;
  /** The batch of this number, from 0. */
  batch(index: number): Promise<Batch>;
  /** What the samples of a batch are called, for messages: their files. */
  namesOf(batch: Batch): readonly string[];
}

/** What was measured on the validation data; `score` decides which weights are the best, higher is better. */
export interface Validation {
  score: number;
  metrics: Record<string, number>;
  /** The loss on the validation data, where it is known by now; see also `Task.validationLosses`. */
  loss?: number;
  /** What pictures can be drawn of. */
  examples?: ValidationExamples;
  /** What the model's description says of these very weights, such as the thresholds that suit them. */
  described?: Readonly<Record<string, unknown>>;
}

/** The weights as they are, or their moving average. */
export type WeightsKind = "average" | "raw";

/** A validation, and what a trainer knows besides. */
export interface TrainerValidation extends Validation {
  /** Which weights were measured, and the scores of both, where the recipe compares them. */
  comparison?: { weights: WeightsKind; scores: Record<WeightsKind, number> };
}

/** A validation image of a classifier. */
export interface ClassifiedExample {
  file: string;
  /** The region of the file that was looked at: x1, y1, x2, y2. */
  crop?: readonly [number, number, number, number] | undefined;
  labels: readonly number[];
  probabilities: Float32Array;
}

/** The last validation as more than numbers, where a task has it; see `TrainOptions.draw`. */
export interface ValidationExamples {
  /** Validation images with what was found in them, and what is there. */
  detected?: readonly (DetectedFile & EvaluationImage)[];
  /** A few validation images with the labels that were found. */
  segmented?: readonly { file: string; prediction: LabelMap; truth: LabelMap }[];
  /** Images, or regions of them, with the probability of each class, and the classes that they show. */
  classified?: readonly ClassifiedExample[];
  /** [classes][classes] counts: a row for each true class, a column for each predicted one. */
  confusion?: readonly (readonly number[])[];
  /** What the rows and columns of `confusion` are called; as the classes unless told. */
  rows?: readonly string[];
}

/** The losses on the validation data: of a fixed number of batches without augmentation, the same each time. */
export interface ValidationLosses<Batch> {
  batches: number;
  /** The batch of this number, from 0. */
  batch(index: number): Promise<Batch>;
  /** Names and shapes of what `feeds` makes. */
  inputs: Record<string, TensorSpec>;
  /** The tensors of a batch; the caller disposes of them. The random numbers are the same in every validation. */
  feeds(batch: Batch, random: Random): NamedTensors;
  /** The losses as in training, but in inference mode; normalisation uses its moving statistics in any case. */
  losses(inputs: NamedTensors): Record<string, tf.Scalar>;
}

/**
 * All that a training must know of what it trains: no files, no loop, no optimizer. The functions that take `inputs` are
 * pure and are compiled, see Step; they are given what `feeds` makes.
 */
export interface Task<Batch> {
  kind: TaskKind;
  description: ModelDescription;
  /** Holds every weight, under names that stay the same. Whoever makes the task disposes of it. */
  network: tf.LayersModel;
  batches: Batches<Batch>;
  /** Names and shapes of what a step is fed: one set, or one for each bucket of lengths. Each is compiled once. */
  shapes: Record<string, Record<string, TensorSpec>>;
  /** Which of the shapes a batch has; the only one unless told. */
  shapeOf?(batch: Batch): string;
  /** The tensors of a batch, with random numbers that the step needs; the caller disposes of them. */
  feeds(batch: Batch, random: Random): NamedTensors;
  /** The losses, whose sum is minimised, of inputs of the shapes with this name. */
  losses(inputs: NamedTensors, shape: string): Record<string, tf.Scalar>;
  /** A forward pass of the layers that normalise batches, for calibrating them; `losses` serves unless told. */
  forward?(inputs: NamedTensors, shape: string): tf.Tensor;
  /** Losses that must come out alike in half precision; all unless told. */
  comparable?: readonly string[];
  /** What the trained model does, with a step of its own; `validate` runs it on averaged weights. */
  predict: Step;
  /** Measures the validation data with `run`, which runs `predict`. */
  validate(run: (inputs: NamedTensors) => NamedTensors): Promise<Validation>;
  /** How the loss on the validation data is computed, on averaged weights; it is not, unless told. */
  validationLosses?: ValidationLosses<Batch>;
  /** What is done otherwise than by the default recipe. */
  recipe?: Partial<Recipe>;
}
