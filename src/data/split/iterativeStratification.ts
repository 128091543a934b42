import type { Random } from "../../base/random.ts";
import type { SplitName } from "../dataset.ts";

/** Shares of the images, in any unit: 8, 1, 1 is the same as 0.8, 0.1, 0.1. */
export type SplitFractions = Record<SplitName, number>;

/** Images that must stay together; a single image is a group of one. */
export interface ImageGroup {
  /** How many images. */
  size: number;
  /** In how many of them each label occurs; labels that do not are left out. */
  labels: ReadonlyMap<number, number>;
}

export const SPLIT_NAMES: readonly SplitName[] = ["train", "val", "test"];

/**
 * Divides groups of images so that each label is spread over the splits as the images are: iterative stratification
 * (Sechidis, Tsoumakas and Vlahavas, "On the Stratification of Multi-label Data", 2011, algorithm 1). The label with the
 * fewest images left is dealt out first; each group goes where most of that label is still wanted, among the splits that
 * have room for it. A group that fits nowhere goes where most room is left.
 *
 * With single images alone, each split gets exactly its target. With groups, no split gets more than its target by as
 * much as the largest group has images.
 *
 * @param targets how many images each split is to get; they add up to the number of images
 * @returns the split of each group
 */
export function iterativeStratification(
  groups: readonly ImageGroup[],
  targets: SplitFractions,
  random: Random,
): SplitName[] {
  const images = groups.reduce((sum, { size }) => sum + size, 0);
  const wanted = SPLIT_NAMES.filter((split) => targets[split] > 0).map((split): Wanted => ({
    split,
    room: targets[split],
    labels: new Map(),
  }));
  // Dealt out in random order, but large groups before small ones: those fit into what is left.
  const order = random.shuffle(groups.map((_, i) => i)).sort((a, b) => sizeOf(groups, b) - sizeOf(groups, a));
  const left = new Map<number, { images: number; groups: number[] }>();
  for (const i of order) {
    for (const [label, count] of groups[i]?.labels ?? []) {
      const known = left.get(label) ?? { images: 0, groups: [] };
      known.images += count;
      known.groups.push(i);
      left.set(label, known);
    }
  }
  for (const [label, { images: count }] of left) {
    for (const one of wanted) one.labels.set(label, (count * targets[one.split]) / images);
  }

  const result: (SplitName | undefined)[] = groups.map(() => undefined);
  const place = (i: number, label?: number): void => {
    const group = groups[i];
    if (!group || result[i] !== undefined) return;
    const to = bestSplit(wanted, group.size, label, random);
    result[i] = to.split;
    to.room -= group.size;
    for (const [other, count] of group.labels) {
      to.labels.set(other, (to.labels.get(other) ?? 0) - count);
      const remaining = left.get(other);
      if (remaining) remaining.images -= count;
    }
  };
  while (left.size > 0) {
    const label = rarest(left, random);
    for (const i of left.get(label)?.groups ?? []) place(i, label);
    left.delete(label);
  }
  for (const i of order) place(i);
  return result.map((split) => split ?? "train");
}

/** What a split still wants: images, and images with each label. */
interface Wanted {
  split: SplitName;
  room: number;
  labels: Map<number, number>;
}

function sizeOf(groups: readonly ImageGroup[], index: number): number {
  return groups[index]?.size ?? 0;
}

/** The label with the fewest images left; ties are broken by lot. */
function rarest(left: ReadonlyMap<number, { images: number }>, random: Random): number {
  const fewest = Math.min(...Array.from(left.values(), ({ images }) => images));
  const labels = [...left].filter(([, { images }]) => images === fewest).map(([label]) => label);
  return labels[random.int(labels.length)] ?? 0;
}

/** Where there is room, and most of the label is wanted; ties go where most room is, then by lot. */
function bestSplit(wanted: readonly Wanted[], size: number, label: number | undefined, random: Random): Wanted {
  const roomy = wanted.filter(({ room }) => room >= size);
  const fitting = label === undefined ? roomy : keepMost(roomy, (one) => one.labels.get(label) ?? 0);
  const best = keepMost(fitting.length > 0 ? fitting : wanted, ({ room }) => room);
  return best[random.int(best.length)] as Wanted;
}

/** Those with the largest value; what differs by rounding alone is equal. */
function keepMost(all: readonly Wanted[], valueOf: (one: Wanted) => number): Wanted[] {
  const most = Math.max(...all.map(valueOf));
  return all.filter((one) => valueOf(one) > most - 1e-9);
}
