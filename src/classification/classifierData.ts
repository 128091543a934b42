import { AnchorkitError } from "../base/errors.ts";
import { countOf } from "../base/words.ts";
import type { Dataset, ImageRecord } from "../data/dataset.ts";
import { cutOutObjects } from "../data/cutOutObjects.ts";
import { isTrained } from "../data/trainedObjects.ts";
import type { Targets } from "./options.ts";

/** A data set as a classifier learns it. */
export interface ClassifierData {
  /** All of its images have `labels`; with boxes, one object each. */
  dataset: Dataset;
  targets: Targets;
  /** Any number of classes at once, or exactly one. */
  multiLabel: boolean;
  /** What was left out, a line each. */
  notes: string[];
}

/** What there is to learn in the data, unless told: labels of images where there are some, else objects. */
function targetsIn({ images }: Dataset): Targets {
  return images.some(({ labels }) => labels && labels.length > 0) ? "labels" : "objects";
}

/**
 * The images that a classifier learns from and is measured on: those with labels, objects cut out, or images labelled
 * with what they show. Images that say nothing of that are left out, which is noted.
 *
 * @param multiLabel what the model says that goes on; otherwise, by the data
 * @throws AnchorkitError where nothing is left
 */
export function classifierData(
  given: Dataset,
  { targets = targetsIn(given), multiLabel }: { targets?: Targets | undefined; multiLabel?: boolean | undefined } = {},
): ClassifierData {
  const { images, left } = COLLECT[targets](given);
  if (images.length === 0)
    throw new AnchorkitError(`none of ${countOf(given.images.length, "image")} has ${NEEDED[targets]}`);
  const several = images.some(({ labels = [] }) => labels.length !== 1);
  const multi = multiLabel ?? (targets === "presence" || several);
  const single = multi ? images : images.filter(({ labels = [] }) => labels.length === 1);
  const dropped = images.length - single.length;
  const notes = [
    ...(left > 0 ? [`${countOf(left, "image")} without ${NEEDED[targets]}: left out`] : []),
    ...(dropped > 0
      ? [`${countOf(dropped, "image")} with several labels or none: left out, as this classifier tells one class`]
      : []),
  ];
  return { dataset: { ...given, images: single }, targets, multiLabel: multi, notes };
}

/** What an image must have to be learnt from. */
const NEEDED: Readonly<Record<Targets, string>> = {
  labels: "a label as a whole",
  objects: "an object to cut out",
  presence: "pixels to look at",
  box: "exactly one object",
};

type Collected = { images: ImageRecord[]; left: number };

const COLLECT: Readonly<Record<Targets, (dataset: Dataset) => Collected>> = {
  labels({ images }) {
    const labelled = images.filter(({ labels }) => labels !== undefined);
    const some = labelled.some(({ labels }) => labels !== undefined && labels.length > 0);
    return { images: some ? labelled : [], left: images.length - labelled.length };
  },
  objects(dataset) {
    const { images } = dataset;
    const without = images.filter(({ objects }) => !objects.some(isTrained));
    const some = without.length < images.length;
    return { images: some ? cutOutObjects(dataset).images : [], left: without.length };
  },
  presence({ images }) {
    return {
      images: images.map((image) => ({
        ...image,
        labels: [...new Set(image.objects.filter(isTrained).map((one) => one.class))],
      })),
      left: 0,
    };
  },
  box({ images }) {
    const single = images.flatMap((image) => {
      const [object, ...others] = image.objects.filter(isTrained);
      return object && others.length === 0 ? [{ ...image, objects: [object], labels: [object.class] }] : [];
    });
    return { images: single, left: images.length - single.length };
  },
};
