import { iouOf } from "../../../geometry/overlap.ts";
import { readBoxes } from "../../../geometry/readBoxes.ts";
import type { EvaluationImage } from "../evaluationImage.ts";
import type { Slice } from "./slices.ts";

/** IoU with a neighbour above which objects are heavily crowded. */
const HEAVY = 0.2;

/**
 * Objects by the highest IoU of their box with that of another labelled object in the image, of any class: none (0),
 * some (up to 0.2) and heavy. A detection belongs where the labelled object belongs whose box it overlaps most, and
 * without one to none.
 */
export function crowdingSlices(images: readonly EvaluationImage[]): Slice[] {
  const crowding = images.map(crowdingOf);
  const slice = (name: string, isIn: (highest: number) => boolean): Slice => ({
    name,
    has: ({ kind, images: imageOf, indices }, row) =>
      isIn(crowding[imageOf[row] as number]?.[kind][indices[row] as number] as number),
  });
  return [
    slice("none", (highest) => highest === 0),
    slice("some", (highest) => highest > 0 && highest <= HEAVY),
    slice("heavy", (highest) => highest > HEAVY),
  ];
}

/** How crowded each labelled object and each detection of an image is. */
function crowdingOf({ truth, detections }: EvaluationImage): Record<"truth" | "detection", Float64Array> {
  const truths = readBoxes("truth", truth.boxes);
  const boxes = readBoxes("detections", detections.boxes);
  const ofTruths = new Float64Array(truth.classes.length).map((_, i) => nearest(truths, i, truths, i).iou);
  const ofDetections = new Float64Array(detections.classes.length).map(
    (_, i) => ofTruths[nearest(boxes, i, truths).index] ?? 0,
  );
  return { truth: ofTruths, detection: ofDetections };
}

/** Index and IoU of the other box, without `itself`, that box `i` overlaps most; -1 and 0 if it overlaps none. */
function nearest(boxes: Float64Array, i: number, others: Float64Array, itself = -1): { index: number; iou: number } {
  const best = { index: -1, iou: 0 };
  for (let j = 0; j < others.length / 4; j++) {
    if (j === itself) continue;
    const iou = iouOf(boxes, i * 4, others, j * 4);
    if (iou > best.iou) [best.index, best.iou] = [j, iou];
  }
  return best;
}
