import * as tf from "@tensorflow/tfjs";
import type { Preprocessing } from "../base/preprocessing.ts";
import { boxesFromCanvas, sizesSpec } from "../core/ops/placement.ts";
import type { Step } from "../engine/graph/step.ts";

/** The step of a classifier that tells where the object is, its `boxes` in pixels of images whose `sizes` it is fed. */
export function onImages(onCanvas: Step, preprocessing: Preprocessing, batch: number): Step {
  return {
    inputs: { ...onCanvas.inputs, sizes: sizesSpec(batch) },
    run({ sizes, ...images }) {
      const { outputs } = onCanvas.run(images);
      const found = (outputs.boxes as tf.Tensor2D).reshape<tf.Tensor3D>([batch, 1, 4]);
      const placed = boxesFromCanvas(found, sizes as tf.Tensor2D, preprocessing).reshape([batch, 2, 2]);
      const boxes = tf.concat([placed.min(1), placed.max(1)], 1); // corners in any order, in theirs
      return { outputs: { ...outputs, boxes } };
    },
  };
}
