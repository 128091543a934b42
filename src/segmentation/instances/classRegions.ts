import { instanceMasks } from "../../geometry/masks/instanceMasks.ts";
import { maskArea, maskBox } from "../../geometry/masks/maskExtent.ts";
import type { SegmentedImage } from "../running/segmentImages.ts";
import type { Instance } from "./instancesOf.ts";

/** The masks of the classes that are seen in an image, each with the mean probability of its pixels. */
export function classRegions({ labels, scores }: SegmentedImage, classes: number): Instance[] {
  const sums = new Float64Array(classes + 1);
  labels.data.forEach((label, i) => ((sums[label] as number) += scores[i] as number));
  return instanceMasks(labels.data, classes, labels).flatMap((mask, k) => {
    const area = maskArea(mask);
    return area === 0 ? [] : [{ mask, class: k, score: (sums[k + 1] as number) / area, box: maskBox(mask) }];
  });
}
