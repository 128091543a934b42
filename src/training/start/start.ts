import type * as tf from "@tensorflow/tfjs";
import type { Backbone, PixelScaling } from "../../core/backbones/backbone.ts";
import type { ChosenBackbone } from "../../core/backbones/chosenBackbone.ts";

/**
 * What a training can begin with: all of another model that fits (`weights`), a backbone alone, or the weights that come
 * with anchorkit.
 */
export const STARTS = ["weights", "backbone", "drawn-world"] as const;
export type Start = (typeof STARTS)[number];

/** A network, and the part of it that other tasks' networks have, too. */
export interface BuiltNetwork {
  model: tf.LayersModel;
  backbone?: Backbone;
}

/** A backbone that has been trained, wherever it comes from: what a task must know to build on it. */
export interface PretrainedBackbone extends ChosenBackbone {
  /** How the pixels were scaled that it was trained on; that of its published weights unless told. */
  scaling?: PixelScaling;
  /** What a training with it begins with. */
  start: Start;
  /**
   * Gives a network its weights: the backbone's, and others that are known and fit.
   *
   * @returns what a person should know of that, in a sentence
   * @throws AnchorkitError if they do not fit
   */
  give(network: BuiltNetwork): string | undefined;
}
