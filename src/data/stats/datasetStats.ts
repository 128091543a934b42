import { median } from "../../base/statistics.ts";
import type { Dataset, ImageRecord, SplitName } from "../dataset.ts";
import { classStats, type ClassStats, type CooccurringClasses, cooccurrences } from "./classStats.ts";
import { ASPECT_EDGES, type Bin, COUNT_EDGES, histogram, SIZE_EDGES } from "./histogram.ts";
import { adviseInputSize, type InputSizeAdvice } from "./inputSizes.ts";
import { type HeatMap, positionMap } from "./positions.ts";
import { trainedObjects } from "../trainedObjects.ts";

/** Counts of all images, or of one split. */
export interface PartStats {
  /** "none" are the images without a split. */
  part: SplitName | "none" | "all";
  images: number;
  /** Images without objects. */
  background: number;
  objects: number;
  /** Images with a label as a whole, and the labels of all of them. */
  labelled: number;
  labels: number;
  difficult: number;
  crowd: number;
  /** Objects an image. */
  mean: number;
  median: number;
  most: number;
  /** Median of the square roots of the objects' areas, in pixels; NaN without objects. */
  medianSize: number;
}

/**
 * What a data set holds. Objects that are difficult or crowds are counted, and left out of sizes, shapes, positions and
 * the input size, as no detector learns them.
 */
export interface DatasetStats {
  /** The splits that occur, then all. */
  parts: PartStats[];
  classes: ClassStats[];
  /** Pairs of classes that occur in the same image, the most frequent first. */
  cooccurrences: CooccurringClasses[];
  /** Sizes of images, the most frequent first. */
  imageSizes: { width: number; height: number; images: number }[];
  /** Square roots of the objects' areas, in pixels of the images. */
  sizes: Bin[];
  /** Width over height of the objects. */
  aspects: Bin[];
  objectsPerImage: Bin[];
  positions: HeatMap;
  inputSize: InputSizeAdvice | undefined;
}

/** Counts, sizes, shapes and positions of the objects of a data set, and the input size that suits them. */
export function datasetStats(dataset: Dataset): DatasetStats {
  const { images } = dataset;
  const boxes = images.flatMap((image) => trainedObjects(image).map(({ box }) => box));
  const parts = (["train", "val", "test", "none"] as const).flatMap((part) => {
    const own = images.filter(({ split = "none" }) => split === part);
    return own.length > 0 ? [partStats(part, own)] : [];
  });
  return {
    parts: [...parts, partStats("all", images)],
    classes: classStats(dataset),
    cooccurrences: cooccurrences(dataset),
    imageSizes: imageSizes(images),
    sizes: histogram(boxes.map(sizeOf), SIZE_EDGES),
    aspects: histogram(
      boxes.map(([x1, y1, x2, y2]) => (x2 - x1) / (y2 - y1)),
      ASPECT_EDGES,
    ),
    objectsPerImage: histogram(
      images.map(({ objects }) => objects.length),
      COUNT_EDGES,
    ),
    positions: positionMap(images),
    inputSize: adviseInputSize(images),
  };
}

function partStats(part: PartStats["part"], images: readonly ImageRecord[]): PartStats {
  const all = images.flatMap(({ objects }) => objects);
  const counts = images.map(({ objects }) => objects.length);
  return {
    part,
    images: images.length,
    background: counts.filter((count) => count === 0).length,
    objects: all.length,
    labelled: images.filter(({ labels = [] }) => labels.length > 0).length,
    labels: images.reduce((sum, { labels = [] }) => sum + labels.length, 0),
    difficult: all.filter(({ difficult }) => difficult).length,
    crowd: all.filter(({ crowd }) => crowd).length,
    mean: all.length / images.length,
    median: median(counts),
    most: counts.reduce((most, count) => Math.max(most, count), 0),
    medianSize: median(images.flatMap((image) => trainedObjects(image).map(({ box }) => sizeOf(box)))),
  };
}

function sizeOf([x1, y1, x2, y2]: readonly [number, number, number, number]): number {
  return Math.sqrt((x2 - x1) * (y2 - y1));
}

function imageSizes(images: readonly ImageRecord[]): DatasetStats["imageSizes"] {
  const sizes = new Map<string, DatasetStats["imageSizes"][number]>();
  for (const { width, height } of images) {
    const key = `${width} ${height}`;
    const known = sizes.get(key);
    if (known) known.images++;
    else sizes.set(key, { width, height, images: 1 });
  }
  return [...sizes.values()].sort((a, b) => b.images - a.images || b.width * b.height - a.width * a.height);
}
