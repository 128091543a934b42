import type { TruthColumns } from "../../base/detectedImage.ts";
import { flatBoxes } from "../../geometry/readBoxes.ts";
import { iou } from "../../geometry/overlap.ts";
import { groupBy } from "../files.ts";
import type { ResultBox } from "./boxLayout.ts";
import type { CocoTruth } from "./comparedImage.ts";

/** A result, and the indices of the image and class of the truth that it is taken to be of. */
export interface ReadResult {
  image: number | undefined;
  class: number | undefined;
  box: Pick<ResultBox, "x1" | "y1" | "x2" | "y2">;
  score: number;
}

/** A hit overlaps an object with more than this IoU. */
const HIT = 0.5;
/** By chance far fewer of the best results are hits. */
const ENOUGH = 0.1;

/**
 * Whether a way to read results makes them fit the truth, or at least cannot be tried, as none is of an image with
 * objects: of the best-scored, in each image as many as it has objects, enough must hit one of their class, and more
 * than half of those that hit any.
 */
export function mayFit({ images }: CocoTruth, results: readonly ReadResult[]): boolean {
  const byImage = groupBy(results, ({ image }) => String(image));
  let [tried, hits, hitsOfAny] = [0, 0, 0];
  for (const [index, found] of byImage) {
    const truth = images[Number(index)]?.truth;
    if (!truth) continue;
    for (const result of found.sort((a, b) => b.score - a.score).slice(0, truth.classes.length)) {
      const hit = classesHit(result, truth);
      tried++;
      if (hit.size > 0) hitsOfAny++;
      if (result.class !== undefined && hit.has(result.class)) hits++;
    }
  }
  return tried === 0 || (hits >= ENOUGH * tried && 2 * hits > hitsOfAny);
}

function classesHit({ box }: ReadResult, { boxes, classes }: TruthColumns): Set<number> {
  const hit = new Set<number>();
  const flat = flatBoxes("truth", boxes);
  for (let j = 0; j < classes.length; j++) {
    const other = [0, 1, 2, 3].map((k) => flat[4 * j + k] ?? 0);
    if (iou([box.x1, box.y1, box.x2, box.y2], other) > HIT) hit.add(classes[j] ?? -1);
  }
  return hit;
}
