import { AnchorkitError } from "../../base/errors.ts";
import { shownPath } from "../files.ts";
import { NothingLeftError } from "../warnings.ts";

/**
 * The error for a name that several files have, none of which is likelier than the others.
 *
 * @param where the record
 * @param name as it stands there
 */
export function severalFit(where: string, name: string, files: readonly string[]): AnchorkitError {
  const shown = files.slice(0, 3).map(shownPath).join(", ");
  const more = files.length > 3 ? ` and ${files.length - 3} more` : "";
  return new AnchorkitError(
    `${where}: ${files.length} images fit "${name}": ${shown}${more}; ` +
      "write the path of the right one into the label file, or give its folder with --images",
  );
}

/**
 * The error for records of which not one has its image.
 *
 * @param found what was found for each: nothing, or several
 * @param first the name in the first record
 * @param imageFolder where the images should be, if that is said
 */
export function noneFound(
  labelFile: string,
  found: readonly (readonly string[])[],
  first: string,
  imageFolder?: string,
  advice = "put the images beside the labels or next to their folder, or give their folder with --images",
): AnchorkitError {
  const several = found.filter(({ length }) => length > 1).length;
  if (several > 0) {
    const rest = several < found.length ? ", and the others are not there" : "";
    const said = `not one image is clear: several files fit ${several} of ${found.length} records${rest}`;
    return new NothingLeftError(`${labelFile}: ${said}`);
  }
  const place = imageFolder === undefined ? "there" : `in ${shownPath(imageFolder)}`;
  return new NothingLeftError(
    `${labelFile}: none of ${found.length} images is ${place} (first: "${first}"); ${advice}`,
  );
}
