import * as tf from "@tensorflow/tfjs";
import type { Preprocessing } from "../base/preprocessing.ts";
import type { Step } from "../engine/step.ts";
import { clipBoxes, decodeBoxes } from "./boxCoder.ts";
import { STRIDE, type FasterRcnn } from "./fasterRcnn.ts";
import { normalizeImages } from "./inputs.ts";
import { postProcess } from "./postProcess.ts";
import { proposeBoxes } from "./proposals.ts";
import { cropRois } from "./roiPooling.ts";
import { ANCHOR_WEIGHTS, ROI_WEIGHTS, type Settings } from "./settings.ts";

export interface PredictStepOptions {
  network: FasterRcnn;
  preprocessing: Preprocessing;
  settings: Settings;
  /** [anchors, 4] on the canvas. */
  anchors: Float32Array;
  batch: number;
}

/** Detection: images on the canvas in, boxes on the canvas out, padded to `settings.detections.maxDetections`. */
export function predictStep(options: PredictStepOptions): Step {
  const { network, preprocessing, settings, batch } = options;
  const { canvas } = preprocessing;
  return {
    inputs: { images: { shape: [batch, canvas.height, canvas.width, 3], dtype: "int32" } },
    run(inputs) {
      const images = normalizeImages(inputs.images as tf.Tensor4D, preprocessing);
      const anchors = tf.tensor2d(options.anchors, [options.anchors.length / 4, 4]);
      const [features, objectness, deltas] = network.rpn.apply(images, { training: false }) as [
        tf.Tensor4D,
        tf.Tensor4D,
        tf.Tensor4D,
      ];
      const proposals = proposeBoxes(objectness.reshape([batch, -1]), deltas.reshape([batch, -1, 4]), anchors, {
        ...settings.proposals,
        imageSize: canvas,
        weights: ANCHOR_WEIGHTS,
      });
      const perImage = settings.proposals.after;
      const count = batch * perImage;
      const rois = proposals.boxes.reshape([count, 4]) as tf.Tensor2D;
      const image = tf.range(0, batch, 1, "int32").reshape([batch, 1]).tile([1, perImage]).reshape([count]);
      const pooled = cropRois(features, rois, image as tf.Tensor1D, { outputSize: [7, 7], spatialScale: 1 / STRIDE });
      const [logits, boxDeltas] = network.head.apply(pooled, { training: false }) as [tf.Tensor2D, tf.Tensor2D];
      const boxes = clipBoxes(decodeBoxes(boxDeltas, rois, ROI_WEIGHTS), canvas);
      const probabilities = tf.softmax(logits).slice([0, 1]).reshape([batch, perImage, -1]) as tf.Tensor3D; // without background
      const detections = postProcess(
        boxes.reshape([batch, perImage, 4]) as tf.Tensor3D,
        probabilities,
        proposals.valid,
        settings.detections,
      );
      return { outputs: { ...detections } };
    },
  };
}
