import { AnchorkitError } from "../base/errors.ts";
import { type Dataset, relabelled } from "./dataset.ts";
import { tidyClassName } from "./placing/classNames.ts";

/**
 * The data set with its classes numbered as a detector or classifier numbers them, found by their names, in objects and
 * in the labels of whole images. Category ids, where the data set has them, go with their classes; classes that are new
 * to it get ids that are not taken.
 *
 * @throws AnchorkitError naming the image, if an object or an image is labelled with a class that is not among these
 */
export function alignClasses(dataset: Dataset, classes: readonly string[]): Dataset {
  const target = dataset.classes.map((name) => indexIn(classes, name));
  const images = dataset.images.map((image) => {
    const renumbered = (index: number): number => {
      const found = target[index] ?? -1;
      if (found >= 0) return found;
      const name = dataset.classes[index] ?? "";
      throw new AnchorkitError(`${image.file}: the detector has no class "${name}"; it has ${classes.join(", ")}`);
    };
    return {
      ...image,
      objects: image.objects.map((object) => ({ ...object, class: renumbered(object.class) })),
      ...(image.labels && { labels: image.labels.map(renumbered) }),
      ...(image.frames && { frames: relabelled(image.frames, renumbered) }),
    };
  });
  const { categoryIds } = dataset;
  return {
    classes: [...classes],
    ...(categoryIds && { categoryIds: alignIds(dataset, categoryIds, classes) }),
    images,
  };
}

function alignIds(dataset: Dataset, categoryIds: readonly number[], classes: readonly string[]): number[] {
  let free = categoryIds.reduce((largest, id) => Math.max(largest, id), 0) + 1;
  return classes.map((name) => categoryIds[indexIn(dataset.classes, name)] ?? free++);
}

/** Detectors of earlier versions have names as they stood in the files, white space and all. */
function indexIn(classes: readonly string[], name: string): number {
  const index = classes.indexOf(name);
  return index >= 0 ? index : classes.map(tidyClassName).indexOf(tidyClassName(name));
}
