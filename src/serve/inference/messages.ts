import type { FittedImage } from "../../data/images/fittedFiles.ts";
import type { Detections } from "../../geometry/detections.ts";
import type { LabelMap } from "../../geometry/masks/labelMap.ts";
import type { Classification } from "../../classification/classifyImages.ts";
import type { Instance } from "../../segmentation/instances/instancesOf.ts";
import type { Reading } from "../../sequence/reading/decode.ts";
import type { Predictor } from "../../models.ts";
import type { PredictorOptions } from "../../training/predictorOptions.ts";

/** Models whose input is one image. */
export type ImageModel = Extract<Predictor, { kind: Answer["kind"] }>;

/** What a model says of an image. */
export type Answer =
  | { kind: "detection"; detections: Detections }
  | ({ kind: "classification" } & Classification)
  | { kind: "segmentation"; regions: Instance[]; labels?: LabelMap }
  | ({ kind: "reading" } & Reading);

/** What else is wanted of a segmenter. */
export interface Wanted {
  /** Single objects are told apart; else each class is one region. */
  instances?: boolean;
  /** The class of each pixel. */
  labels?: boolean;
}

/** How a process opens a model. */
export interface OpenTask extends Pick<PredictorOptions, "engine" | "precision"> {
  path: string;
  /** Batches of up to so many images are compiled. */
  maxBatch: number;
}

/** A model that is open. */
export interface Opened {
  kind: Answer["kind"];
  /** What its folder or file says of it. */
  description: ImageModel["description"];
  /** How many images it computes at once: the sizes that are compiled, ascending. */
  sizes: readonly number[];
}

/** An image, and what is wanted of it. */
export interface Asked {
  image: FittedImage;
  wanted: Wanted;
}

/** What goes to a process. */
export type Order = { open: OpenTask } | { run: readonly Asked[] };

/** What comes back, in the order of what went there. */
export type Reply = { opened: Opened } | { answers: Answer[]; milliseconds: number } | { failed: string };
