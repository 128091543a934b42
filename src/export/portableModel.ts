import type * as tf from "@tensorflow/tfjs";
import type { Preprocessing } from "../base/preprocessing.ts";
import type { Random } from "../base/random.ts";
import type { NamedTensors, Step } from "../engine/graph/step.ts";

/**
 * A trained model as a step that other programs can run. Images are bytes, on the canvas; what comes out is in pixels of
 * the images where the step is told their sizes.
 */
export interface PortableModel {
  /** Which kind of task. */
  kind: string;
  /** Images (clips, windows) that it looks at at once. */
  batch: number;
  /** All that is known of the model besides its weights: classes, preprocessing, thresholds. */
  description: PortableDescription;
  step: Step;
  /** Every weight that the step reads, by name. */
  weights: ReadonlyMap<string, tf.Variable>;
  /** What it is fed, and what it gives, by name. */
  inputs: Readonly<Record<string, PortableInput>>;
  outputs: Readonly<Record<string, string>>;
  /** Where a sample is one image: how images come to the canvas, so that files can be taken whole. */
  preprocessing?: Preprocessing;
  /** How much two answers differ, where it takes more than a look at each number in turn. */
  compare?(here: NamedTensors, there: NamedTensors): Record<string, number>;
}

export interface PortableInput {
  meaning: string;
  /** A number such as the model may be fed. */
  draw(random: Random): number;
  /** What of an image it is, where a sample is one: pixels of the canvas, the image's width and height, its width there. */
  says?: "pixels" | "size" | "width";
}

/** Images on the canvas, as bytes. */
export const IMAGES: PortableInput = {
  meaning: "red, green and blue, 0 to 255, of images on the canvas",
  draw: (random) => random.int(256),
  says: "pixels",
};

/** The sizes of images, see `sizesSpec`. */
export const SIZES: PortableInput = {
  meaning: "width and height of each image, before it was brought to the canvas",
  draw: (random) => 40 + random.int(300),
  says: "size",
};

export interface PortableDescription {
  /** The name that `--model` knows it by. */
  model: string;
  classes: readonly string[];
}
