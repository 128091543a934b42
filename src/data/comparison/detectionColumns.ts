import { AnchorkitError, messageOf } from "../../base/errors.ts";
import { rleFromBox } from "../../geometry/polygonMask.ts";
import type { Rle } from "../../geometry/rle.ts";
import { cocoMask } from "./cocoMask.ts";
import type { ComparedImage, TruthImage } from "./comparedImage.ts";
import type { ResultTable } from "./resultTable.ts";
import { gather, type RowsByImage } from "./rowsByImage.ts";

/** The images, each with its results. They share one array a column: what belongs to an image is a view of it. */
export function withDetections(
  images: readonly TruthImage[],
  table: ResultTable,
  { rows, starts }: RowsByImage,
  maskOf?: (row: number, image: TruthImage) => Rle,
): ComparedImage[] {
  const boxes = gather(table.boxes, rows, 4);
  const boxAreas = gather(table.boxAreas, rows);
  const areas = gather(table.areas, rows);
  const scores = gather(table.scores, rows);
  const classes = Int32Array.from(rows, (row) => table.classes[row] ?? 0);
  return images.map((image, i) => {
    const [from = 0, to = 0] = [starts[i], starts[i + 1]];
    const detections = {
      boxes: boxes.subarray(4 * from, 4 * to),
      boxAreas: boxAreas.subarray(from, to),
      areas: areas.subarray(from, to),
      scores: scores.subarray(from, to),
      classes: classes.subarray(from, to),
      ...(maskOf && { masks: Array.from(rows.subarray(from, to), (row) => maskOf(row, image)) }),
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
