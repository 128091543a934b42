import * as tf from "@tensorflow/tfjs";
import type { Preprocessing } from "../base/preprocessing.ts";
import type { FittedImage } from "../data/images/fittedFiles.ts";
import { explain, type Explainer, type Explanation } from "../training/explaining.ts";
import type { Classification } from "./namedClasses.ts";

/** What speaks for each of these classes in an image, by `explainStep`. */
export function explainImage(
  explainer: Explainer,
  image: FittedImage,
  { probabilities }: Classification,
  classes: readonly number[],
  preprocessing: Preprocessing,
): Explanation[] {
  return classes.map((k) => {
    const weights = tf.tensor2d([Array.from(probabilities, (_, i) => (i === k ? 1 : 0))]);
    return { class: k, score: probabilities[k] ?? NaN, ...explain(explainer, image, preprocessing, { weights }) };
  });
}
