import { AnchorkitError, messageOf } from "../../base/errors.ts";
import { rleFromPolygons } from "../../geometry/masks/polygonMask.ts";
import { type Rle, rleFromCounts } from "../../geometry/masks/rle.ts";
import { rleFromString } from "../../geometry/masks/rleString.ts";
import { shown } from "../../base/shown.ts";
import { fieldsOf, isEmpty } from "./recordChecks.ts";

/**
 * The mask of a COCO `segmentation`: polygons `[[x, y, …], …]`, or runs `{ size: [height, width], counts }`, plain or
 * compressed.
 *
 * @param size the image's: needed for polygons, and that of runs must be the same
 * @throws AnchorkitError that begins with `where`
 */
export function cocoMask(
  segmentation: unknown,
  size: { width: number; height: number } | undefined,
  where: string,
): Rle {
  try {
    return readMask(segmentation, size);
  } catch (error) {
    throw new AnchorkitError(`${where}: segmentation: ${messageOf(error)}`);
  }
}

function readMask(segmentation: unknown, size: { width: number; height: number } | undefined): Rle {
  if (isEmpty(segmentation)) throw new TypeError("is missing, and masks are compared");
  if (Array.isArray(segmentation)) {
    if (!size) throw new TypeError("the image's width and height must be in the truth to fill polygons");
    return rleFromPolygons(polygonsIn(segmentation) as number[][], size.height, size.width);
  }
  const runs = fieldsOf(segmentation);
  if (!runs) throw new TypeError(`must be polygons or { size, counts }, got ${shown(segmentation)}`);
  if (!Array.isArray(runs.size) || runs.size.length !== 2) throw new TypeError("size must be [height, width]");
  const [height, width] = runs.size as [number, number];
  if (size && (height !== size.height || width !== size.width)) {
    const swapped = height === size.width && width === size.height ? ": size must be [height, width]" : "";
    throw new RangeError(`is of ${height} x ${width} pixels, the image of ${size.height} x ${size.width}${swapped}`);
  }
  if (typeof runs.counts === "string") return rleFromString(runs.counts, height, width);
  if (Array.isArray(runs.counts)) return rleFromCounts(runs.counts as number[], height, width);
  throw new TypeError(`counts must be text or a list, got ${shown(runs.counts)}`);
}

/** The polygons in a list: one that stands without the list around it is one, and empty ones are none. */
export function polygonsIn(list: readonly unknown[]): unknown[] {
  if (list.length > 0 && list.every((part) => typeof part === "number")) return [list];
  return list.filter((part) => !Array.isArray(part) || part.length > 0);
}
