import { AnchorkitError } from "../base/errors.ts";
import type { Dataset } from "./dataset.ts";

/**
 * The data set with its classes numbered as a detector numbers them, found by their names.
 *
 * @throws AnchorkitError if objects are labelled with a class that the detector does not have
 */
export function alignClasses(dataset: Dataset, classes: readonly string[]): Dataset {
  const target = dataset.classes.map((name) => classes.indexOf(name));
  const images = dataset.images.map((image) => ({
    ...image,
    objects: image.objects.map((object) => {
      const index = target[object.class] ?? -1;
      if (index < 0) {
        throw new AnchorkitError(
          `${image.file}: the detector has no class "${dataset.classes[object.class] ?? ""}"; it has ${classes.join(", ")}`,
        );
      }
      return { ...object, class: index };
    }),
  }));
  return { classes: [...classes], images };
}
