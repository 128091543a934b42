import { median } from "../../base/statistics.ts";
import type { ImageRecord } from "../../data/dataset.ts";
import { IGNORED } from "../../geometry/masks/labelMap.ts";
import { labelMapOf } from "./labelMapOf.ts";

/** No class weighs more than so many times the usual one: a few pixels must not decide. */
const MOST = 20;

/**
 * Weights of the background and each class, so that rare ones count as much as frequent ones: the median of the
 * frequencies over the class's own, which is its share of the pixels of those images that show it (Eigen and Fergus,
 * "Predicting Depth, Surface Normals and Semantic Labels", 2015, section 6.3). 1 for classes that no image has.
 */
export function balancedWeights(images: readonly ImageRecord[], classes: number): number[] {
  const pixels = new Float64Array(classes + 1);
  const among = new Float64Array(classes + 1); // pixels of the images that show it
  for (const image of images) {
    const counts = new Float64Array(IGNORED + 1);
    for (const label of labelMapOf(image).data) (counts[label] as number)++;
    const counting = image.width * image.height - (counts[IGNORED] as number);
    for (let k = 0; k <= classes; k++) {
      if (counts[k] === 0) continue;
      (pixels[k] as number) += counts[k] as number;
      (among[k] as number) += counting;
    }
  }
  const frequencies = Array.from(pixels, (count, k) => count / (among[k] as number));
  const usual = median(frequencies.filter((frequency) => frequency > 0));
  return frequencies.map((frequency) => (frequency > 0 ? Math.min(MOST, usual / frequency) : 1));
}
