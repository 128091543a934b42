import * as tf from "@tensorflow/tfjs";
import type { Preprocessing } from "../../base/preprocessing.ts";
import { type CamWeighting, gradCam } from "../../core/gradCam.ts";
import { canvasInput, canvasSpec } from "../../core/ops/images.ts";
import type { Step } from "../../engine/graph/step.ts";
import { applyBoxHead } from "./boxHead.ts";
import type { FasterRcnn } from "./network.ts";

export interface ExplainStepOptions {
  network: FasterRcnn;
  preprocessing: Preprocessing;
  classes: number;
  /** One of `featureLayers` of the network. */
  layer: tf.layers.Layer;
  weighting?: CamWeighting;
}

/** Images to the maps that RoIs are pooled from: what of the network a class score of a given box depends on. */
export function featureModel({ rpn }: FasterRcnn): tf.LayersModel {
  return tf.model({ name: "features", inputs: rpn.inputs, outputs: rpn.outputs.slice(2) });
}

/**
 * Grad-CAM of one detection: packed pixels of the canvas, its box as the only RoI, `rois` [1, 1, 4] in pixels of the
 * canvas, and `weights` [1, classes + 1] (1 for its class, the background first) in, `heat` [1, h, w] out. The score is
 * the class's logit of the box head.
 */
export function explainStep(options: ExplainStepOptions): Step {
  const { network, preprocessing, classes, layer, weighting = "cells" } = options;
  const model = featureModel(network);
  return {
    inputs: {
      images: canvasSpec(1, preprocessing),
      rois: { shape: [1, 1, 4], dtype: "float32" },
      weights: { shape: [1, classes + 1], dtype: "float32" },
    },
    run(inputs) {
      const images = canvasInput(inputs.images as tf.Tensor, 1, preprocessing);
      const score = (): tf.Tensor => {
        const outputs = model.apply(images, { training: false });
        const features = (Array.isArray(outputs) ? outputs : [outputs]) as tf.Tensor4D[];
        const { logits } = applyBoxHead(network, features, inputs.rois as tf.Tensor3D, false);
        return logits.mul(inputs.weights as tf.Tensor2D).sum();
      };
      return { outputs: { heat: gradCam(layer, score, weighting) } };
    },
  };
}
