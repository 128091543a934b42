import type { Dataset, ImageRecord, SplitName } from "../dataset.ts";
import { median } from "../../base/statistics.ts";
import { trainedObjects } from "../trainedObjects.ts";

export interface ClassStats {
  name: string;
  /** Images in which it occurs. */
  images: number;
  objects: number;
  /** Objects in each split; "none" are the images without one. */
  bySplit: Record<SplitName | "none", number>;
  /** Images that have it as a label of the whole, in all and in each split. */
  labels: number;
  labelsBySplit: Record<SplitName | "none", number>;
  /** Median of the square roots of the areas, in pixels; NaN without objects. */
  medianSize: number;
  /** Median of width over height. */
  medianAspect: number;
}

/** Two classes, indices, the lower first, and in how many images both occur. */
export interface CooccurringClasses {
  a: number;
  b: number;
  images: number;
}

/** In the order of the data set's classes. */
export function classStats({ classes, images }: Dataset): ClassStats[] {
  const rows = classes.map((name) => ({
    ...{ name, images: 0, objects: 0, bySplit: { train: 0, val: 0, test: 0, none: 0 } },
    ...{ labels: 0, labelsBySplit: { train: 0, val: 0, test: 0, none: 0 } },
    ...{ sizes: [] as number[], aspects: [] as number[] },
  }));
  for (const image of images) {
    for (const k of classesOf(image)) {
      const row = rows[k];
      if (row) row.images++;
    }
    for (const k of new Set(image.labels)) {
      const row = rows[k];
      if (!row) continue;
      row.labels++;
      row.labelsBySplit[image.split ?? "none"]++;
    }
    for (const { class: k } of image.objects) {
      const row = rows[k];
      if (!row) continue;
      row.objects++;
      row.bySplit[image.split ?? "none"]++;
    }
    for (const { class: k, box } of trainedObjects(image)) {
      const [width, height] = [box[2] - box[0], box[3] - box[1]];
      rows[k]?.sizes.push(Math.sqrt(width * height));
      rows[k]?.aspects.push(width / height);
    }
  }
  return rows.map(({ sizes, aspects, ...row }) => ({
    ...row,
    medianSize: median(sizes),
    medianAspect: median(aspects),
  }));
}

/** The pairs of classes that occur together in an image, the most frequent first. */
export function cooccurrences({ classes, images }: Dataset): CooccurringClasses[] {
  const pairs = new Map<number, CooccurringClasses>();
  for (const image of images) {
    const present = [...classesOf(image)].sort((a, b) => a - b);
    for (const [i, a] of present.entries()) {
      for (const b of present.slice(i + 1)) {
        const key = a * classes.length + b;
        const pair = pairs.get(key);
        if (pair) pair.images++;
        else pairs.set(key, { a, b, images: 1 });
      }
    }
  }
  return [...pairs.values()].sort((p, q) => q.images - p.images || p.a - q.a || p.b - q.b);
}

/** The classes of an image, each once. */
function classesOf({ objects, labels = [] }: ImageRecord): Set<number> {
  return new Set([...labels, ...objects.map((object) => object.class)]);
}
