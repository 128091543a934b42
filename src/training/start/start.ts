import type { Backbone, PixelScaling } from "../../core/backbones/backbone.ts";
import type { ChosenBackbone } from "../../core/backbones/chosenBackbone.ts";

/** What a training begins with: all of another model that fits (`weights`), or a backbone alone. */
export type Start = "weights" | "backbone";

/** A backbone that has been trained, wherever it comes from: what a task must know to build on it. */
export interface PretrainedBackbone extends ChosenBackbone {
  /** How the pixels were scaled that it was trained on; that of its published weights unless told. */
  scaling?: PixelScaling;
  /**
   * Gives a backbone its weights.
   *
   * @returns what a person should know of that, in a sentence
   * @throws AnchorkitError if they do not fit
   */
  give(backbone: Backbone): string | undefined;
}
