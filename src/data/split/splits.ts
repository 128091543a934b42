import { AnchorkitError } from "../../base/errors.ts";
import type { Random } from "../../base/random.ts";
import type { Dataset, ImageRecord, SplitName } from "../dataset.ts";
import { iterativeStratification, type SplitFractions } from "./iterativeStratification.ts";

/** How many images and objects each split holds. */
export type SplitCounts = Record<SplitName, { images: number; objects: number }>;

const DEFAULT_FRACTIONS: SplitFractions = { train: 0.8, val: 0.1, test: 0.1 };

/** The share of the training images that become val where a data set has none. */
const VAL_OF_TRAIN = 0.1;

/**
 * Gives every image a split. Images that have one keep it; the others are drawn into train, val and test. If there is
 * still no val, a tenth of the training images that are drawn becomes val, as a model must be chosen on images that are
 * neither trained on nor tested on. Where images have labels as wholes, both are drawn so that each split gets its share
 * of every label (`iterativeStratification`). The same seed, order of images and fractions give the same split.
 *
 * @returns the data set with all splits set (the one given is left as it is), and what there is to print
 */
export function splitDataset(
  dataset: Dataset,
  random: Random,
  fractions: SplitFractions = DEFAULT_FRACTIONS,
): { dataset: Dataset; counts: SplitCounts } {
  const splits = new Map<ImageRecord, SplitName>();
  const open: ImageRecord[] = [];
  for (const image of dataset.images) {
    if (image.split) splits.set(image, image.split);
    else open.push(image);
  }
  drawSplits(open, sharesOf(open.length, fractions), random, splits);
  const train = dataset.images.filter((image) => splits.get(image) === "train");
  const hasVal = [...splits.values()].includes("val");
  if (!hasVal && train.length > 1 && fractions.val > 0) {
    const val = Math.max(1, Math.round(train.length * VAL_OF_TRAIN));
    drawSplits(train, { train: train.length - val, val, test: 0 }, random, splits);
  }
  const images = dataset.images.map((image) => ({ ...image, split: splits.get(image) ?? "train" }));
  return { dataset: { ...dataset, images }, counts: countSplits(images) };
}

/** Draws so many of the images into each split; the images end in another order. */
function drawSplits(
  images: ImageRecord[],
  counts: SplitFractions,
  random: Random,
  splits: Map<ImageRecord, SplitName>,
): void {
  if (images.some(({ labels = [] }) => labels.length > 0)) {
    const groups = images.map(({ labels = [] }) => {
      return { size: 1, labels: new Map((labels.length > 0 ? labels : [NO_LABEL]).map((label) => [label, 1])) };
    });
    const drawn = iterativeStratification(groups, counts, random);
    for (const [i, image] of images.entries()) splits.set(image, drawn[i] ?? "train");
    return;
  }
  const { val, test } = counts;
  for (const [i, image] of random.shuffle(images).entries()) {
    splits.set(image, i < val ? "val" : i < val + test ? "test" : "train");
  }
}

/** Stands for the images without a label among those that have one. */
const NO_LABEL = -1;

/** @throws AnchorkitError if there are none: a training needs images in train and in val */
export function imagesIn(dataset: Dataset, split: SplitName): ImageRecord[] {
  const images = dataset.images.filter((image) => image.split === split);
  if (images.length === 0) {
    throw new AnchorkitError(`no image is in the split "${split}"; a data set needs images in train and val`);
  }
  return images;
}

/** How many images and objects each split holds; images without a split are not counted. */
export function countSplits(images: readonly ImageRecord[]): SplitCounts {
  const counts: SplitCounts = {
    train: { images: 0, objects: 0 },
    val: { images: 0, objects: 0 },
    test: { images: 0, objects: 0 },
  };
  for (const { split, objects } of images) {
    if (!split) continue;
    counts[split].images++;
    counts[split].objects += objects.length;
  }
  return counts;
}

/** How many of `count` images go to val and test: at least one to each that is asked for, as long as train keeps one. */
function sharesOf(count: number, { train, val, test }: SplitFractions): SplitFractions {
  const share = (part: number, left: number) =>
    part === 0 ? 0 : Math.min(left, Math.max(1, Math.round((count * part) / (train + val + test))));
  const spare = train > 0 ? Math.max(0, count - 1) : count;
  const toVal = share(val, spare);
  const toTest = share(test, spare - toVal);
  return { train: count - toVal - toTest, val: toVal, test: toTest };
}
