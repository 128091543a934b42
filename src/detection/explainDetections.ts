import * as tf from "@tensorflow/tfjs";
import { placeOnCanvas, type Preprocessing, toCanvas } from "../base/preprocessing.ts";
import type { FittedImage } from "../data/images/canvasImages.ts";
import type { Program } from "../engine/graph/program.ts";
import type { Detections } from "../geometry/detections.ts";
import { explain, type Explanation } from "../training/explaining.ts";

/** What speaks for each of the detections in an image, by a program of `explainStep`. */
export function explainDetections(
  program: Program,
  image: FittedImage,
  { boxes, scores, classes }: Detections,
  { preprocessing, classes: names }: { preprocessing: Preprocessing; classes: readonly string[] },
): Explanation[] {
  const placement = placeOnCanvas(image.original, preprocessing);
  return Array.from(scores, (score, i) => {
    const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = boxes.subarray(4 * i, 4 * i + 4);
    const k = classes[i] ?? 0;
    const feeds = {
      rois: tf.tensor3d([[toCanvas([x1, y1, x2, y2], placement)]]),
      weights: tf.tensor2d([[0, ...names.map((_, j) => (j === k ? 1 : 0))]]), // the background first
    };
    return { class: k, score, box: [x1, y1, x2, y2], ...explain(program, image, preprocessing, feeds) };
  });
}
