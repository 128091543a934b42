import type { Command } from "commander";
import { Random } from "../base/random.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Coordinates } from "../data/formats/format.ts";
import { splitDataset, type SplitCounts } from "../data/splits.ts";
import { choice } from "./options.ts";

/** What `--data` and the options beside it say. */
export interface DataFlags {
  data: string;
  coordinates?: Coordinates;
}

/** `--coordinates`, for every command that reads labels. */
export function addCoordinatesOption(command: Command): Command {
  const description = "how corners in XML are meant (default: what the file itself says)";
  return command.addOption(choice("--coordinates <how>", description, ["labelimg", "voc", "zero-based"]));
}

/** A data set that has been read and split. */
export interface OpenedDataset {
  dataset: Dataset;
  counts: SplitCounts;
  warnings: string[];
}

/** Reads a data set and gives each image a split; the same seed gives the same split. Says what it found on stderr. */
export async function openDataset({ data, coordinates }: DataFlags, seed: number): Promise<OpenedDataset> {
  const { readDataset } = await import("../data/readDataset.ts");
  const {
    dataset: found,
    warnings,
    source,
  } = await readDataset(data, coordinates === undefined ? {} : { coordinates });
  const { dataset, counts } = splitDataset(found, new Random(seed).fork("split"));
  process.stderr.write(`${source}: ${dataset.images.length} images\n`);
  printWarnings(warnings);
  return { dataset, counts, warnings };
}

/** Prints warnings on stderr, a line each. */
export function printWarnings(warnings: readonly string[]): void {
  for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`);
}

/** "3 classes: cat, dog, mouse", cut after a dozen. */
export function describeClasses(classes: readonly string[]): string {
  const shown = classes.slice(0, 12).join(", ");
  const more = classes.length > 12 ? ` and ${classes.length - 12} more` : "";
  return `${classes.length} ${classes.length === 1 ? "class" : "classes"}: ${shown}${more}`;
}

/** "train 205 images (2,830 objects), val 87 (…), test 72 (…)". */
export function describeSplits(counts: SplitCounts): string {
  return Object.entries(counts)
    .map(([split, { images, objects }]) => `${split} ${images} images (${objects} objects)`)
    .join(", ");
}
