import * as tf from "@tensorflow/tfjs";
import { placeOnCanvas, type Preprocessing, toCanvas } from "../base/preprocessing.ts";
import type { FittedImage } from "../data/images/fittedFiles.ts";
import type { Detections } from "../geometry/detections.ts";
import { explain, type Explainer, type Explanation } from "../training/explaining.ts";

/** An explainer, and the pixels of the canvas that a cell of its map stands for. */
export interface MapExplainer extends Explainer {
  stride: number;
}

/** A map is fine enough for a box that so many of its cells lie along. */
const CELLS = 3;

/**
 * What speaks for each of the detections in an image, by `explainStep`: on the coarsest map whose cells the square root
 * of width * height has three of or more, and on the finest where it has them on none.
 *
 * @param explainers one or more, from fine to coarse
 */
export function explainDetections(
  explainers: readonly MapExplainer[],
  image: FittedImage,
  { boxes, scores, classes }: Detections,
  { preprocessing, classes: names }: { preprocessing: Preprocessing; classes: readonly string[] },
): Explanation[] {
  const placement = placeOnCanvas(image.original, preprocessing);
  return Array.from(scores, (score, i) => {
    const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = boxes.subarray(4 * i, 4 * i + 4);
    const k = classes[i] ?? 0;
    const box = toCanvas([x1, y1, x2, y2], placement);
    const side = Math.sqrt((box[2] - box[0]) * (box[3] - box[1]));
    const explainer = explainers.findLast(({ stride }) => side >= CELLS * stride) ?? explainers[0];
    if (!explainer) throw new Error("explainDetections: needs at least one map");
    const feeds = {
      rois: tf.tensor3d([[box]]),
      weights: tf.tensor2d([[0, ...names.map((_, j) => (j === k ? 1 : 0))]]), // the background first
    };
    return { class: k, score, box: [x1, y1, x2, y2], ...explain(explainer, image, preprocessing, feeds) };
  });
}
