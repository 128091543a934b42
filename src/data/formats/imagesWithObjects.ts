import { AnchorkitError } from "../../base/errors.ts";
import type { ImageRecord } from "../dataset.ts";
import { shownPath } from "../files.ts";
import type { Warnings } from "../warnings.ts";

/**
 * The images that a list of boxes can hold; those without objects are named in one warning.
 *
 * @throws AnchorkitError when there are none
 */
export function imagesWithObjects(images: readonly ImageRecord[], warnings: Warnings): ImageRecord[] {
  const kept = images.filter(({ objects, file }) => {
    if (objects.length > 0) return true;
    warnings.add("images without objects, which a list of boxes cannot hold, left out", shownPath(file));
    return false;
  });
  if (kept.length === 0) throw new AnchorkitError(`none of ${images.length} images has an object: nothing to list`);
  return kept;
}
