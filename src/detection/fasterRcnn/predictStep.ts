import * as tf from "@tensorflow/tfjs";
import type { Preprocessing } from "../../base/preprocessing.ts";
import type { Step } from "../../engine/graph/step.ts";
import { clipBoxes } from "../boxes/boxCoder.ts";
import { applyBoxHead } from "./boxHead.ts";
import type { FasterRcnn, RpnOutputs } from "./network.ts";
import { canvasInput, canvasSpec, type ImageInput } from "../../core/ops/images.ts";
import { postProcess } from "../boxes/postProcess.ts";
import { proposeBoxes } from "./proposals.ts";
import { ANCHOR_WEIGHTS, type Settings } from "./description.ts";

export interface PredictStepOptions {
  network: FasterRcnn;
  preprocessing: Preprocessing;
  settings: Settings;
  /** [anchors, 4] on the canvas. */
  anchors: Float32Array;
  batch: number;
  /** How it is fed images: packed unless told. */
  input?: ImageInput | undefined;
}

/** Detection: images on the canvas in, boxes on the canvas out, padded to `settings.detections.maxDetections`. */
export function predictStep(options: PredictStepOptions): Step {
  const { network, preprocessing, settings, batch, input } = options;
  const { canvas } = preprocessing;
  return {
    inputs: { images: canvasSpec(batch, preprocessing, input) },
    run(inputs) {
      const images = canvasInput(inputs.images as tf.Tensor, batch, preprocessing);
      const anchors = tf.tensor2d(options.anchors, [options.anchors.length / 4, 4]);
      const [objectness, deltas, ...features] = network.rpn.apply(images, { training: false }) as RpnOutputs;
      const proposals = proposeBoxes(objectness, deltas, anchors, {
        ...settings.proposals,
        imageSize: canvas,
        weights: ANCHOR_WEIGHTS,
      });
      const { logits, boxes } = applyBoxHead(network, features, proposals.boxes, false);
      const perImage = settings.proposals.after;
      const probabilities: tf.Tensor3D = tf.softmax(logits).slice([0, 1]).reshape([batch, perImage, -1]); // no background
      const clipped: tf.Tensor4D = clipBoxes(boxes, canvas).reshape([batch, perImage, -1, 4]);
      const detections = postProcess(clipped, probabilities, proposals.valid, settings.detections);
      return { outputs: { ...detections } };
    },
  };
}
