import * as tf from "@tensorflow/tfjs";
import type { Preprocessing } from "../base/preprocessing.ts";
import { canvasInput, canvasSpec, type ImageInput } from "../core/ops/images.ts";
import type { Step } from "../engine/graph/step.ts";
import type { ClassifierNetwork } from "./network.ts";

export interface ClassifierStepOptions {
  network: ClassifierNetwork;
  preprocessing: Preprocessing;
  multiLabel: boolean;
  batch: number;
  /** How it is fed images: packed unless told. */
  input?: ImageInput | undefined;
}

/**
 * Classification: images on the canvas in, `probabilities` [batch, classes] out; with a box, `boxes` [batch, 4] in
 * pixels of the canvas as well, their corners in any order.
 */
export function predictStep({ network, preprocessing, multiLabel, batch, input }: ClassifierStepOptions): Step {
  const { width, height } = preprocessing.canvas;
  return {
    inputs: { images: canvasSpec(batch, preprocessing, input) },
    run(inputs) {
      const images = canvasInput(inputs.images as tf.Tensor, batch, preprocessing);
      const outputs = network.model.apply(images, { training: false });
      const [logits, boxes] = (Array.isArray(outputs) ? outputs : [outputs]) as [tf.Tensor2D, tf.Tensor2D | undefined];
      const probabilities = multiLabel ? tf.sigmoid(logits) : tf.softmax(logits);
      return {
        outputs: { probabilities, ...(boxes && { boxes: boxes.mul(tf.tensor1d([width, height, width, height])) }) },
      };
    },
  };
}
