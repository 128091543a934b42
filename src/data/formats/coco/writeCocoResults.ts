import type { DetectedImage } from "../../../base/detectedImage.ts";
import { AnchorkitError } from "../../../base/errors.ts";
import { writeFileAtomic } from "../../../base/files.ts";
import { maskArea } from "../../../geometry/masks/maskExtent.ts";
import { maskPolygons } from "../../../geometry/masks/maskPolygons.ts";
import { detections as checked } from "../../../geometry/detections.ts";
import { cocoSegmentation } from "./cocoSegmentation.ts";

/**
 * Writes detections as COCO results, best score first within an image. `categoryIds[k]` is the category of class k.
 * Each entry also has `file_name` and, where `classes` are given, `category_name`: COCO's tools overlook both, and
 * `readCocoResults` knows images and classes by them where other labels number them otherwise. Boxes are rounded to thousandths of a pixel; scores keep
 * all that a float32 holds, so that no two that differ become equal: evaluating the file again gives the same numbers
 * but where an IoU lies within a thousandth of a pixel of a threshold. What was read in a box is its `text` and `confidence`. Masks are written as `segmentation`, with compressed
 * run lengths or, if `outlines` says so, as polygons.
 *
 * @throws AnchorkitError for a detection whose class has no category id
 */
export async function writeCocoResults(
  file: string,
  images: Iterable<DetectedImage & { id: number; fileName: string }>,
  categoryIds: readonly number[],
  classes?: readonly string[],
  outlines: "rle" | "polygons" = "rle",
): Promise<void> {
  const lines: string[] = [];
  for (const { id, fileName, detections } of images) {
    const { boxes, scores, classes: indices, masks, readings } = checked(detections);
    for (const [i, score] of scores.entries()) {
      const k = indices[i] ?? -1;
      const categoryId = categoryIds[k];
      if (categoryId === undefined) throw new AnchorkitError(`${fileName}: the class ${k} has no category id`);
      const [x1 = NaN, y1 = NaN, x2 = NaN, y2 = NaN] = boxes.subarray(4 * i);
      const mask = masks?.[i];
      const result = {
        image_id: id,
        category_id: categoryId,
        bbox: [x1, y1, x2 - x1, y2 - y1].map((value) => Number(value.toFixed(3))),
        ...(mask && {
          area: maskArea(mask),
          segmentation: cocoSegmentation(outlines === "polygons" ? maskPolygons(mask) : mask),
        }),
        score: shortest(score),
        file_name: fileName,
        category_name: classes?.[k],
        ...readings?.[i],
      };
      lines.push(JSON.stringify(result));
    }
  }
  await writeFileAtomic(file, lines.length === 0 ? "[]\n" : `[\n${lines.join(",\n")}\n]\n`);
}

/** The number of fewest digits that is the same float32. */
function shortest(value: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return rounded;
  }
  return Number(value.toPrecision(9));
}
