import { resolve } from "node:path";
import { AnchorkitError } from "../../base/errors.ts";
import { shownPath } from "../files.ts";
import type { Warnings } from "../warnings.ts";
import type { FoundImage } from "./found.ts";

/**
 * The images, each of which one record alone is of: of two records, each would teach that the other's objects are
 * background, and in two splits it would be measured on what it was trained on. The second one is an error; where there
 * is an observer, it is told, and left out.
 *
 * @throws AnchorkitError naming both records
 */
export function distinctImages(found: readonly FoundImage[], warnings: Warnings): FoundImage[] {
  const known = new Map<string, FoundImage>();
  return found.filter((image) => {
    const file = resolve(image.file);
    const key = image.frames
      ? `${file}\n${image.frames.map(({ file: own, page }) => `${own} ${page}`).join("\n")}`
      : file;
    const first = known.get(key);
    if (first === undefined) {
      known.set(key, image);
      return true;
    }
    const inSplit = ({ split }: FoundImage): string => (split === undefined ? "in no split" : `in ${split}`);
    const [own, other] = first.split === image.split ? ["", ""] : [` (${inSplit(image)})`, ` (${inSplit(first)})`];
    const error = new AnchorkitError(
      `${image.where}: is ${shownPath(file)}${own}, as ${first.where} is${other}; keep one of them`,
    );
    warnings.fail(error, "two-label-files", image.where);
    return false;
  });
}
