import { UsageError } from "../../base/errors.ts";
import { count, countOf } from "../../base/words.ts";
import type { Dataset, ImageRecord, SplitName } from "../../data/dataset.ts";
import type { Seen } from "../../data/split/applyManifest.ts";
import { SAMPLE_NAMES, type TaskKind } from "../../training/task.ts";
import { type DataFlags, imagesIn, openDataset } from "../dataset.ts";
import { requireThere } from "../options.ts";

/** What a trained model is measured on. */
export interface MeasuredFlags extends Partial<DataFlags> {
  weights?: string;
  split: SplitName | "all";
}

export interface MeasuredData {
  /** The run or model folder, or the exported file. */
  weights: string;
  title: string;
  warnings: readonly string[];
  /** All of the data. */
  whole: Dataset;
  /** The images of the split, as the data has them. */
  dataset: Dataset;
  /** The images of the split, their classes numbered as the model numbers them. */
  alignedTo: (classes: readonly string[]) => Dataset;
}

/**
 * Reads the labelled images that a trained model is measured on, split as its training split them.
 *
 * @param task see `openDataset`
 */
export async function measuredData(flags: MeasuredFlags, task?: TaskKind): Promise<MeasuredData> {
  const { data, weights, split } = flags;
  if (data === undefined || weights === undefined) {
    throw new UsageError("give --data and --weights for a trained model, or --truth and --predictions for files");
  }
  requireThere({ data, weights });
  const { RunFolder } = await import("../../training/run/runFolder.ts");
  const { trainedWith } = await import("./openPredictor.ts");
  const { alignClasses } = await import("../../data/alignClasses.ts");
  const run = RunFolder.of(weights);
  const { seed = 1 } = (await trainedWith(weights)) ?? {}; // of a model without its run: the default
  const { dataset, warnings, seen } = await openDataset({ ...flags, data }, { seed, run, task });
  const noun = SAMPLE_NAMES[task ?? "detection"];
  const images = imagesIn(dataset, split, data, noun);
  process.stderr.write(`measuring on ${countOf(images.length, noun)} (${split}${seenIn(images, seen)})\n`);
  return {
    weights,
    title: `${weights} on ${data} (${split})`,
    warnings,
    ...{ whole: dataset, dataset: { ...dataset, images } },
    alignedTo: (classes) => alignClasses({ ...dataset, images }, classes),
  };
}

/** "; 2 of them were trained on; 1 of them is a copy of an image that was trained on", or nothing. */
export function seenIn(images: readonly ImageRecord[], seen: ReadonlyMap<ImageRecord, Seen>): string {
  const parts = Object.entries(SEEN).flatMap(([how, [one, several]]) => {
    const number = images.filter((image) => seen.get(image) === how).length;
    if (number === 0) return [];
    if (number === images.length) return [number === 1 ? `it ${one}` : `all of them ${several}`];
    return [`${count(number)} of them ${number === 1 ? one : several}`];
  });
  return parts.map((part) => `; ${part}`).join("");
}

/** What is said of one image, and of several. */
const SEEN: Readonly<Record<Seen, readonly [one: string, several: string]>> = {
  itself: ["was trained on", "were trained on"],
  copy: ["is a copy of an image that was trained on", "are copies of images that were trained on"],
};
