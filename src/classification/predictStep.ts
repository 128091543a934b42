import * as tf from "@tensorflow/tfjs";
import type { Preprocessing } from "../base/preprocessing.ts";
import { packedSpec, unpackBytes } from "../core/ops/bytes.ts";
import { normalizeImages } from "../core/ops/images.ts";
import type { Step } from "../engine/graph/step.ts";
import type { ClassifierNetwork } from "./network.ts";

export interface ClassifierStepOptions {
  network: ClassifierNetwork;
  preprocessing: Preprocessing;
  multiLabel: boolean;
  batch: number;
}

/**
 * Classification: packed images on the canvas in, `probabilities` [batch, classes] out; with a box, `boxes` [batch, 4]
 * in shares of the canvas as well.
 */
export function predictStep({ network, preprocessing, multiLabel, batch }: ClassifierStepOptions): Step {
  const { canvas } = preprocessing;
  const shape = [batch, canvas.height, canvas.width, 3];
  return {
    inputs: { images: packedSpec(shape) },
    run(inputs) {
      const images = normalizeImages(unpackBytes(inputs.images as tf.Tensor, shape) as tf.Tensor4D, preprocessing);
      const outputs = network.model.apply(images, { training: false });
      const [logits, boxes] = (Array.isArray(outputs) ? outputs : [outputs]) as [tf.Tensor2D, tf.Tensor2D | undefined];
      const probabilities = multiLabel ? tf.sigmoid(logits) : tf.softmax(logits);
      return { outputs: { probabilities, ...(boxes && { boxes: boxes.clone() }) } };
    },
  };
}
