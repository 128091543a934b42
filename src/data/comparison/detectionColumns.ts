import { AnchorkitError, messageOf } from "../../base/errors.ts";
import { rleFromBox } from "../../geometry/masks/polygonMask.ts";
import type { Rle } from "../../geometry/masks/rle.ts";
import { cocoMask } from "./cocoMask.ts";
import type { ComparedImage, TruthImage } from "./comparedImage.ts";
import type { ResultTable } from "./resultTable.ts";

/**
 * The images, each with its results: views of the table's columns.
 *
 * @param starts the table's, which is sorted by image
 */
export function withDetections(
  images: readonly TruthImage[],
  table: ResultTable,
  starts: Uint32Array,
  maskOf?: (row: number, image: TruthImage) => Rle,
): ComparedImage[] {
  return images.map((image, i) => {
    const [from = 0, to = 0] = [starts[i], starts[i + 1]];
    const detections = {
      boxes: table.boxes.subarray(4 * from, 4 * to),
      boxAreas: table.boxAreas.subarray(from, to),
      areas: table.areas.subarray(from, to),
      scores: table.scores.subarray(from, to),
      classes: table.classes.subarray(from, to),
      ...(maskOf && { masks: Array.from({ length: to - from }, (_, k) => maskOf(from + k, image)) }),
    };
    return { ...image, detections };
  });
}

/**
 * The mask of a result: its segmentation, else its box, filled (as in pycocotools).
 *
 * @throws AnchorkitError that begins with `where`
 */
export function resultMask(table: ResultTable, row: number, { size }: TruthImage, where: string): Rle {
  const segmentation = table.segmentations[row];
  if (segmentation !== undefined && segmentation !== null) return cocoMask(segmentation, size, where);
  if (!size) throw new AnchorkitError(`${where}: has no segmentation, and the truth no size to make a mask of its box`);
  try {
    return rleFromBox(table.boxes.subarray(4 * row, 4 * row + 4), size.height, size.width);
  } catch (error) {
    throw new AnchorkitError(`${where}: ${messageOf(error)}`);
  }
}
