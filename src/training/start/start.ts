import type * as tf from "@tensorflow/tfjs";
import type { Backbone, PixelScaling } from "../../core/backbones/backbone.ts";
import type { BackboneName } from "../../core/backbones/names.ts";

/** What a training begins with: all of another model that fits (`weights`), or a backbone alone. */
export type Start = "weights" | "backbone";

/** A network, and the part of it that other tasks' networks have, too. */
export interface BuiltNetwork {
  model: tf.LayersModel;
  backbone?: Backbone;
}

/** A backbone that has been trained, wherever it comes from: what a task must know to build on it. */
export interface PretrainedBackbone {
  backbone: BackboneName;
  width: number;
  /** How the pixels were scaled that it was trained on; that of its published weights unless told. */
  scaling?: PixelScaling;
  /**
   * Gives a network its weights: the backbone's, and others that are known and fit.
   *
   * @returns what a person should know of that, in a sentence
   * @throws AnchorkitError if they do not fit
   */
  give(network: BuiltNetwork): string | undefined;
}
