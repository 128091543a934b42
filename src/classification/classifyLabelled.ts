import type { Size } from "../base/preprocessing.ts";
import type { RunStep } from "../engine/graph/step.ts";
import type { Frame, ImageRecord } from "../data/dataset.ts";
import type { ImageStore } from "../data/images/imageStore.ts";
import type { Preprocessing } from "../base/preprocessing.ts";
import { classifyStored } from "./classifyImages.ts";
import { type Classification } from "./namedClasses.ts";

/** A labelled image and what a classifier says of it. */
export interface LabelledClassification extends Classification {
  file: string;
  /** The region of the file that was looked at, as in `ImageRecord`; without it, the whole file. */
  crop?: ImageRecord["crop"];
  /** Of what is a clip, or a frame of one: its frames. */
  frames?: readonly Frame[];
  /** Pixels of what was looked at. */
  size: Size;
  /** Indices of the classes that it shows. */
  labels: readonly number[];
  /** Where the one object really is, in pixels; of classifiers that learnt boxes. */
  trueBox?: readonly [number, number, number, number];
}

/** Runs a classifier of the given batch size over stored images with labels, in their order. */
export async function classifyLabelled(
  run: RunStep,
  batch: number,
  store: ImageStore,
  preprocessing: Preprocessing,
): Promise<LabelledClassification[]> {
  const found = await classifyStored(run, batch, store, preprocessing);
  return found.map((classification, i) => labelled(store.record(i), classification));
}

function labelled(
  { file, crop, width, height, labels = [], objects }: ImageRecord,
  found: Classification,
): LabelledClassification {
  const [object] = objects;
  const trueBox = found.box && object?.box;
  return { ...found, file, ...(crop && { crop }), size: { width, height }, labels, ...(trueBox && { trueBox }) };
}
