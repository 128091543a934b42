import { AnchorkitError } from "../base/errors.ts";
import { countOf } from "../base/words.ts";
import type { Dataset, ImageRecord } from "../data/dataset.ts";
import { shownPath } from "../data/files.ts";
import { hasOutline } from "../data/trainedObjects.ts";
import { MOST_CLASSES } from "../geometry/masks/labelMap.ts";

/** A data set as a segmenter learns it. */
export interface SegmentationData {
  dataset: Dataset;
  /** What was left out, and what cannot be learnt, a line each. */
  notes: string[];
}

/**
 * The images that a segmenter learns from and is measured on: those whose objects have outlines (polygons or masks), and
 * those that show no object. Images whose objects have boxes alone are left out; a box among outlines stays, as pixels
 * that do not count (see `labelMapOf`). Both are noted, and so are classes that no training image has.
 *
 * @throws AnchorkitError where no image, or none to train on, has an outline, and for more classes than a label map holds
 */
export function segmentationData(given: Dataset): SegmentationData {
  const { classes } = given;
  if (classes.length > MOST_CLASSES) {
    const most = `a segmenter tells at most ${MOST_CLASSES} classes, got ${classes.length}`;
    throw new AnchorkitError(`${most}; join those that are alike, or leave out rare ones`);
  }
  const images = given.images.filter((image) => image.objects.length === 0 || image.objects.some(hasOutline));
  if (!images.some(isOutlined)) throw withoutOutlines(given);
  const training = trainedOn(images);
  if (training.length > 0 && !training.some(isOutlined)) {
    const where = `${countOf(training.length, "image")} to train on`;
    throw new AnchorkitError(`no object of ${where} has an outline; split the data anew`);
  }
  return {
    dataset: { ...given, images },
    notes: [
      ...boxedImages(given.images.length - images.length),
      ...boxedObjects(images),
      ...missingClasses(classes, training),
    ],
  };
}

function isOutlined({ objects }: ImageRecord): boolean {
  return objects.some(hasOutline);
}

/** All images, where there are no splits; where there are, none may be for training. */
function trainedOn(images: readonly ImageRecord[]): ImageRecord[] {
  return images.some(({ split }) => split) ? images.filter(({ split }) => split === "train") : [...images];
}

function withoutOutlines({ images }: Dataset): AnchorkitError {
  const what = `no object of ${countOf(images.length, "image")} has an outline`;
  const boxes = images.some(({ objects }) => objects.length > 0) ? "; boxes alone train a detector" : "";
  return new AnchorkitError(`${what}: a segmenter learns from masks or polygons, as label import reads them${boxes}`);
}

function boxedImages(count: number): string[] {
  return count === 0 ? [] : [`${countOf(count, "image")} whose objects have boxes alone: left out`];
}

function boxedObjects(images: readonly ImageRecord[]): string[] {
  const boxed = images.flatMap(({ file, objects }) => objects.filter((one) => !hasOutline(one)).map(() => file));
  const [first] = boxed;
  if (first === undefined) return [];
  const what = `${countOf(boxed.length, "object")} without an outline beside others with one`;
  return [`${what}: what their boxes cover of the background does not count (first: ${shownPath(first)})`];
}

/** The classes without an outlined object to learn from. */
function missingClasses(classes: readonly string[], training: readonly ImageRecord[]): string[] {
  if (training.length === 0) return [];
  const found = new Set(training.flatMap(({ objects }) => objects.filter(hasOutline).map((object) => object.class)));
  const missing = classes.filter((_, i) => !found.has(i)).map((name) => `"${name}"`);
  if (missing.length === 0) return [];
  const shown = missing.length > 8 ? [...missing.slice(0, 8), `${missing.length - 8} more`] : missing;
  const what = missing.length === 1 ? "1 class that" : `${missing.length} classes that`;
  return [`${what} no training image has an outline of, and the model cannot learn: ${shown.join(", ")}`];
}
