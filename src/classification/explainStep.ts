import * as tf from "@tensorflow/tfjs";
import type { Preprocessing } from "../base/preprocessing.ts";
import { gradCam } from "../core/gradCam.ts";
import { canvasInput, canvasSpec } from "../core/ops/images.ts";
import type { Step } from "../engine/graph/step.ts";
import type { ClassifierNetwork } from "./network.ts";

export interface ExplainStepOptions {
  network: ClassifierNetwork;
  preprocessing: Preprocessing;
  classes: number;
  /** One of `mapLayers` of the network. */
  layer: tf.layers.Layer;
}

/**
 * Grad-CAM of one image: packed pixels of the canvas and `weights` [1, classes] (1 for the class that is asked of, else
 * 0) in, `heat` [1, h, w] out. The score is the class's logit, before softmax or sigmoid, as in the paper.
 */
export function explainStep({ network, preprocessing, classes, layer }: ExplainStepOptions): Step {
  return {
    inputs: { images: canvasSpec(1, preprocessing), weights: { shape: [1, classes], dtype: "float32" } },
    run(inputs) {
      const images = canvasInput(inputs.images as tf.Tensor, 1, preprocessing);
      const score = (): tf.Tensor => {
        const outputs = network.model.apply(images, { training: false });
        const logits = (Array.isArray(outputs) ? outputs[0] : outputs) as tf.Tensor2D;
        return logits.mul(inputs.weights as tf.Tensor2D).sum();
      };
      return { outputs: { heat: gradCam(layer, score) } };
    },
  };
}
