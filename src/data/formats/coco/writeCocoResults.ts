import type { DetectedImage } from "../../../base/detectedImage.ts";
import { writeFileAtomic } from "../../../base/files.ts";
import { detections as checked } from "../../../geometry/detections.ts";

/**
 * Writes detections as COCO results, best score first within an image. `categoryIds[k]` is the category of class k.
 * Each entry also has `file_name`, which COCO's tools overlook. Boxes are rounded to thousandths of a pixel; scores keep
 * all that a float32 holds, so that no two that differ become equal: evaluating the file again gives the same numbers
 * but where an IoU lies within a thousandth of a pixel of a threshold.
 */
export async function writeCocoResults(
  file: string,
  images: Iterable<DetectedImage & { id: number; fileName: string }>,
  categoryIds: readonly number[],
): Promise<void> {
  const lines: string[] = [];
  for (const { id, fileName, detections } of images) {
    const { boxes, scores, classes } = checked(detections);
    for (const [i, score] of scores.entries()) {
      const [x1 = NaN, y1 = NaN, x2 = NaN, y2 = NaN] = boxes.subarray(4 * i);
      const result = {
        image_id: id,
        category_id: categoryIds[classes[i] ?? -1],
        bbox: [x1, y1, x2 - x1, y2 - y1].map((value) => Number(value.toFixed(3))),
        score: shortest(score),
        file_name: fileName,
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
