import type { ImageRecord } from "../../data/dataset.ts";
import type { RunStep } from "../../engine/graph/step.ts";
import type { Size } from "../../base/preprocessing.ts";
import type { ImageStore } from "../../data/images/imageStore.ts";
import type { ReaderDescription } from "./description.ts";
import { type DecodeOptions, decoderOf, type Reading } from "./decode.ts";
import { readStored } from "./readImages.ts";

/** A line of text and what a reader reads there. */
export interface LabelledReading extends Reading {
  file: string;
  /** The region of the file that was looked at, as in `ImageRecord`; without it, the whole file. */
  crop?: ImageRecord["crop"];
  /** Pixels of what was looked at. */
  size: Size;
  /** What stands there. */
  truth: string;
}

/** Runs a reader of the given batch size over stored images of texts, in their order. */
export async function readLabelled(
  run: RunStep,
  batch: number,
  store: ImageStore,
  { classes, preprocessing }: Pick<ReaderDescription, "classes" | "preprocessing">,
  options: DecodeOptions = {},
): Promise<LabelledReading[]> {
  const decode = decoderOf(classes, options);
  const found: LabelledReading[] = [];
  for await (const scores of readStored(run, batch, store, preprocessing)) {
    const { file, crop, width, height, text = "" } = store.record(found.length);
    found.push({ ...decode(scores), file, ...(crop && { crop }), size: { width, height }, truth: text });
  }
  return found;
}
