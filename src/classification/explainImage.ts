import * as tf from "@tensorflow/tfjs";
import type { Preprocessing } from "../base/preprocessing.ts";
import type { FittedImage } from "../data/images/canvasImages.ts";
import type { Program } from "../engine/graph/program.ts";
import { explain, type Explanation } from "../training/explaining.ts";
import type { Classification } from "./classifyImages.ts";

/** What speaks for each of these classes in an image, by a program of `explainStep`. */
export function explainImage(
  program: Program,
  image: FittedImage,
  { probabilities }: Classification,
  classes: readonly number[],
  preprocessing: Preprocessing,
): Explanation[] {
  return classes.map((k) => {
    const weights = tf.tensor2d([Array.from(probabilities, (_, i) => (i === k ? 1 : 0))]);
    return { class: k, score: probabilities[k] ?? NaN, ...explain(program, image, preprocessing, { weights }) };
  });
}
