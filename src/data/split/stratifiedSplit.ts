import type { Random } from "../../base/random.ts";
import type { Dataset, ImageRecord, SplitName } from "../dataset.ts";
import { countSplits, type SplitCounts } from "./splits.ts";
import { groupImages, type GroupingOptions } from "./imageGroups.ts";
import { type ImageGroup, iterativeStratification, type SplitFractions } from "./iterativeStratification.ts";
import { type ClassSplits, largeGroups, missingClasses } from "./splitWarnings.ts";
import { targetCounts } from "./targetCounts.ts";

export interface StratifiedOptions extends GroupingOptions {
  fractions: SplitFractions;
}

export interface StratifiedResult {
  dataset: Dataset;
  counts: SplitCounts;
  /** In the order of the data set's classes. */
  classes: ClassSplits[];
  /** Images without an object or label. */
  background: Record<SplitName, number>;
  /** Groups of two or more images, and how many images are in them. */
  groups: { count: number; images: number };
  /** What the reader should know, a line each. */
  warnings: string[];
}

/**
 * Gives every image a split, whatever it had before: stratified by class (`iterativeStratification`; images
 * without objects count as a class of their own), with the images of a group in one split (`groupImages`). The
 * same seed, order of images and options give the same split.
 *
 * @throws as `groupImages`
 */
export function stratifiedSplit(
  dataset: Dataset,
  random: Random,
  { fractions, ...grouping }: StratifiedOptions,
): StratifiedResult {
  const { images, classes } = dataset;
  const members = groupImages(images, grouping);
  const labels = images.map((image) => labelsOf(image, classes.length));
  const groups = members.map((group): ImageGroup => ({ size: group.length, labels: countLabels(group, labels) }));
  const targets = targetCounts(images.length, fractions);
  const splits = new Map<number, SplitName>();
  for (const [g, split] of iterativeStratification(groups, targets, random).entries()) {
    for (const i of members[g] ?? []) splits.set(i, split);
  }
  const placed = images.map((image, i) => ({ ...image, split: splits.get(i) ?? "train" }));
  const result = { ...dataset, images: placed };
  const table = classSplits(result);
  const several = members.filter((group) => group.length > 1);
  return {
    dataset: result,
    counts: countSplits(placed),
    classes: table,
    background: countBySplit(placed.filter((_, i) => labels[i]?.has(classes.length))),
    groups: { count: several.length, images: several.reduce((sum, group) => sum + group.length, 0) },
    warnings: [...largeGroups(several, images, targets), ...missingClasses(table, fractions)],
  };
}

/** The classes of an image, each once; the number of classes stands for none. */
function labelsOf({ objects, labels = [] }: ImageRecord, none: number): Set<number> {
  const all = new Set([...labels, ...objects.map((object) => object.class)]);
  return all.size > 0 ? all : new Set([none]);
}

function countLabels(group: readonly number[], labels: readonly ReadonlySet<number>[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const i of group) for (const label of labels[i] ?? []) counts.set(label, (counts.get(label) ?? 0) + 1);
  return counts;
}

function countBySplit(images: readonly ImageRecord[]): Record<SplitName, number> {
  const counts = { train: 0, val: 0, test: 0 };
  for (const { split } of images) if (split) counts[split]++;
  return counts;
}

function addTo(counts: Record<SplitName, number> | undefined, split: SplitName): void {
  if (counts) counts[split]++;
}

/** A row for each class. */
function classSplits({ classes, images }: Dataset): ClassSplits[] {
  const table = classes.map((name): ClassSplits => {
    return { name, images: { train: 0, val: 0, test: 0 }, objects: { train: 0, val: 0, test: 0 } };
  });
  for (const { split, objects, labels = [] } of images) {
    if (!split) continue;
    const inImage = new Set([...labels, ...objects.map((object) => object.class)]);
    for (const { class: k } of objects) addTo(table[k]?.objects, split);
    for (const k of inImage) addTo(table[k]?.images, split);
  }
  return table;
}
