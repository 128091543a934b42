import { existsSync } from "node:fs";
import type { Command } from "commander";
import { AnchorkitError } from "../base/errors.ts";
import { countOf } from "../base/words.ts";
import { Random } from "../base/random.ts";
import type { Dataset, ImageRecord, SplitName } from "../data/dataset.ts";
import { FORMAT_IDS, type Coordinates, type FormatId, type Orphans, type Wanted } from "../data/formats/format.ts";
import type { ReadDatasetOptions } from "../data/readDataset.ts";
import type { Seen } from "../data/split/applyManifest.ts";
import { splitDataset, type SplitCounts } from "../data/split/splits.ts";
import type { RunFolder } from "../training/run/runFolder.ts";
import type { TaskKind } from "../training/task.ts";
import { defined } from "../base/defined.ts";
import { choice } from "./options.ts";

/** What `--data` and the options beside it say. */
export interface DataFlags extends ReadingFlags {
  data: string;
}

/** How labels are to be read. */
export interface ReadingFlags {
  coordinates?: Coordinates;
  images?: string;
  orphans?: Orphans;
}

/** `--images`, `--coordinates` and `--orphans`, for every command that reads labels. */
export function addReadingOptions(
  command: Command,
  images = "the folder of the images, if they lie neither beside the labels nor next to them",
): Command {
  const coordinates = "how the corners of boxes in XML files are meant (default: as each file itself says)";
  const orphans = "labels of images or categories that a COCO file does not list (default: refuse)";
  return command
    .option("--images <folder>", images)
    .addOption(choice("--coordinates <how>", coordinates, ["labelimg", "voc", "zero-based"]))
    .addOption(choice("--orphans <how>", orphans, ["refuse", "drop"]));
}

/** `--from`, for the commands that convert labels. */
export function addFromOption(command: Command): Command {
  return command.addOption(
    choice("--from <format>", "the format to read (default: recognized from the files)", FORMAT_IDS),
  );
}

/** What `readDataset` is to be told of the flags. */
export function readingOptions({
  from,
  coordinates,
  images,
  orphans,
}: ReadingFlags & { from?: FormatId }): Pick<ReadDatasetOptions, "from" | "coordinates" | "images" | "orphans"> {
  return defined({ from, coordinates, images, orphans });
}

/** A data set whose images all have a split. */
export interface OpenedDataset {
  dataset: Dataset;
  warnings: string[];
  /** Images that the training of the given run has seen, whatever their split is here. */
  seen: ReadonlyMap<ImageRecord, Seen>;
}

/** What labels are read for, where a kind of model learns what others do not. */
const WANTED: Readonly<Partial<Record<TaskKind, Wanted>>> = { clips: "clips", reading: "texts" };

/**
 * Reads a data set and gives each image a split: the one that it had in the training of the run, if that is given and
 * keeps one, else one drawn by the seed. Says on stderr what it found.
 *
 * @param options.task what it is for, which decides between formats that look alike
 */
export async function openDataset(
  { data, ...reading }: DataFlags,
  { seed, run, task }: { seed: number; run?: RunFolder; task?: TaskKind | undefined },
): Promise<OpenedDataset> {
  const { readDataset } = await import("../data/readDataset.ts");
  const { dataset, warnings, source } = await readDataset(data, {
    ...readingOptions(reading),
    wanted: task && WANTED[task],
  });
  process.stderr.write(`${source}: ${countImages(dataset.images)}\n`);
  printWarnings(warnings);
  if (run === undefined || !existsSync(run.splits)) {
    const split = splitDataset(dataset, new Random(seed).fork("split")).dataset;
    return { dataset: split, warnings, seen: new Map() };
  }
  const { readManifest } = await import("../data/split/manifest.ts");
  const { applyManifest } = await import("../data/split/applyManifest.ts");
  return { ...(await applyManifest(await readManifest(run.splits), dataset)), warnings };
}

/** "12 images", or "12 clips of 144 frames". */
function countImages(images: readonly ImageRecord[]): string {
  const clips = images.filter(({ frames }) => frames);
  if (clips.length === 0) return countOf(images.length, "image");
  const frames = clips.reduce((sum, { frames: own = [] }) => sum + own.length, 0);
  const others = images.length - clips.length;
  return `${countOf(clips.length, "clip")} of ${countOf(frames, "frame")}${others > 0 ? ` and ${countOf(others, "image")}` : ""}`;
}

/** Prints warnings on stderr, a line each. */
export function printWarnings(warnings: readonly string[]): void {
  for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`);
}

/** "3 classes: cat, dog, mouse", cut after a dozen. */
export function describeClasses(classes: readonly string[]): string {
  const shown = classes.slice(0, 12).join(", ");
  const more = classes.length > 12 ? ` and ${classes.length - 12} more` : "";
  return `${countOf(classes.length, "class")}${classes.length > 0 ? ": " : ""}${shown}${more}`;
}

/** "train 205 images (2830 objects), val 87 (…), test 72 (…)"; images, or what they are called, alone where they are labelled as wholes. */
export function describeSplits(counts: SplitCounts, noun = "image"): string {
  const all = Object.entries(counts);
  const hasObjects = all.some(([, { objects }]) => objects > 0);
  return all
    .map(([split, { images, objects }]) => {
      const inside = hasObjects ? ` (${countOf(objects, "object")})` : "";
      return `${split} ${countOf(images, noun)}${inside}`;
    })
    .join(", ");
}

/**
 * The images of a split, or all.
 *
 * @param data what the data set is called in messages @param noun what its images are called there
 * @throws AnchorkitError where there are none
 */
export function imagesIn({ images }: Dataset, split: SplitName | "all", data: string, noun = "image"): ImageRecord[] {
  const found = images.filter((image) => [image.split, "all"].includes(split));
  if (found.length === 0) throw new AnchorkitError(`${data}: no ${noun} is in the split "${split}"`);
  return found;
}
