import * as tf from "@tensorflow/tfjs";
import type { Preprocessing } from "../../base/preprocessing.ts";
import { gatherPerImage } from "../../core/ops/gather.ts";
import type { NamedTensors, TensorSpec } from "../../engine/graph/step.ts";
import { batchImages, type ImageBatchShape, imageInputs } from "../../training/imageInputs.ts";
import { giouLoss, sigmoidCrossEntropy, smoothL1Loss, softmaxCrossEntropy } from "../../training/losses/index.ts";
import { encodeBoxes } from "../boxes/boxCoder.ts";
import { applyBoxHead, boxesOfClass } from "./boxHead.ts";
import type { FasterRcnn, RpnOutputs } from "./network.ts";
import { IGNORED, matchByThreshold, type GroundTruth } from "../boxes/groundTruth.ts";
import { proposeBoxes } from "./proposals.ts";
import { sampleRois } from "../boxes/sampling.ts";
import { ANCHOR_WEIGHTS, type Settings } from "./description.ts";

export interface LossOptions extends ImageBatchShape {
  network: FasterRcnn;
  preprocessing: Preprocessing;
  settings: Settings;
  /** [anchors, 4] on the canvas. */
  anchors: Float32Array;
  /** Objects an image is padded to. */
  objects: number;
}

/** Names and shapes of what the losses are computed from. */
export function lossInputs(options: LossOptions): Record<string, TensorSpec> {
  const { batch, objects, settings } = options;
  const float = (...shape: number[]): TensorSpec => ({ shape, dtype: "float32" });
  return {
    ...imageInputs(options),
    boxes: float(batch, objects, 4),
    classes: { shape: [batch, objects], dtype: "int32" },
    valid: float(batch, objects),
    ignored: float(batch, objects),
    matched: { shape: [batch, options.anchors.length / 4], dtype: "int32" },
    positive: float(batch, options.anchors.length / 4),
    negative: float(batch, options.anchors.length / 4),
    roiNoise: float(batch, settings.proposals.after + objects),
  };
}

/** The four losses of Faster R-CNN (Ren et al., 2015, section 3.1.2; Girshick, "Fast R-CNN", 2015, section 2.3). */
export function fasterRcnnLosses(inputs: NamedTensors, options: LossOptions): Record<string, tf.Scalar> {
  const { network, preprocessing } = options;
  const images = batchImages(inputs, options, preprocessing);
  const truth: GroundTruth = {
    boxes: inputs.boxes as tf.Tensor3D,
    valid: inputs.valid as tf.Tensor2D,
    ignored: inputs.ignored as tf.Tensor2D,
  };
  const anchors = tf.tensor2d(options.anchors, [options.anchors.length / 4, 4]);
  const [scores, deltas, ...features] = network.rpn.apply(images, { training: true }) as RpnOutputs;
  const proposed: Proposed = { objectness: scores, deltas, anchors };
  const [objectness, anchorBoxes] = rpnLosses(proposed, truth, inputs);
  const [labels, noise] = [inputs.classes as tf.Tensor2D, inputs.roiNoise as tf.Tensor2D];
  const [classes, boxes] = headLosses(features, proposed, truth, labels, noise, options);
  return { objectness, anchorBoxes, classes, boxes };
}

/** A forward pass through every layer that normalises: the scores of all anchors. */
export function forwardRpn(inputs: NamedTensors, { network, preprocessing, ...shape }: LossOptions): tf.Tensor {
  const [objectness] = network.rpn.apply(batchImages(inputs, shape, preprocessing), { training: true }) as RpnOutputs;
  return objectness;
}

interface Proposed {
  objectness: tf.Tensor2D;
  deltas: tf.Tensor3D;
  anchors: tf.Tensor2D;
}

/** Objectness and boxes of the sampled anchors; both are divided by the number of sampled anchors. */
function rpnLosses(
  { objectness, deltas, anchors }: Proposed,
  truth: GroundTruth,
  inputs: NamedTensors,
): [tf.Scalar, tf.Scalar] {
  const [matched, positive, negative] = [inputs.matched, inputs.positive, inputs.negative] as [
    tf.Tensor2D,
    tf.Tensor2D,
    tf.Tensor2D,
  ];
  const sampled = positive.add(negative);
  const count = sampled.sum().maximum(1);
  const targets = encodeBoxes(gatherPerImage(truth.boxes, matched.relu()), anchors, ANCHOR_WEIGHTS);
  const scoreLoss = sigmoidCrossEntropy(objectness, positive).mul(sampled).sum().div(count);
  const boxLoss = smoothL1Loss(deltas, targets, 1 / 9)
    .sum(2)
    .mul(positive)
    .sum()
    .div(count);
  return [scoreLoss as tf.Scalar, boxLoss as tf.Scalar];
}

/** Classes of the sampled RoIs, and boxes of those that hold an object; both are divided by the number of RoIs. */
function headLosses(
  features: readonly tf.Tensor4D[],
  { objectness, deltas, anchors }: Proposed,
  truth: GroundTruth,
  classes: tf.Tensor2D,
  noise: tf.Tensor2D,
  { network, settings, preprocessing, batch }: LossOptions,
): [tf.Scalar, tf.Scalar] {
  const proposals = proposeBoxes(objectness, deltas, anchors, {
    ...settings.proposals,
    imageSize: preprocessing.canvas,
    weights: ANCHOR_WEIGHTS,
  });
  const candidates: tf.Tensor3D = tf.concat([proposals.boxes, truth.boxes], 1); // the truth itself is a proposal, too
  const exists = tf.concat([proposals.valid, truth.valid], 1).greater(0.5);
  const { iouThreshold } = settings.roiSample;
  const overlapping = matchByThreshold(truth, candidates, { high: iouThreshold, low: iouThreshold });
  const matched = tf.where(exists, overlapping, tf.tensor2d([IGNORED], [1, 1], "int32"));
  const sample = sampleRois(matched, noise, settings.roiSample);
  const count = settings.roiSample.count * batch;

  const rois = gatherPerImage(candidates, sample.indices) as tf.Tensor3D; // [batch, rois, 4]
  const object: tf.Tensor2D = gatherPerImage(matched, sample.indices).relu().as2D(batch, -1); // [batch, rois]
  const positive = sample.positive.reshape([count]);
  const valid = sample.valid.reshape([count]);
  const objectClass: tf.Tensor1D = gatherPerImage(classes, object).reshape([count]);
  const label: tf.Tensor1D = objectClass.add(tf.scalar(1, "int32")).mul(positive.toInt()); // 0 is background

  const { logits, boxes } = applyBoxHead(network, features, rois, true);
  const targets = gatherPerImage(truth.boxes, object).reshape([count, 4]);
  const divisor = valid.sum().maximum(1);
  const classLoss = softmaxCrossEntropy(logits, label).mul(valid).sum().div(divisor);
  const boxLoss = giouLoss(boxesOfClass(boxes, objectClass), targets)
    .mul(positive)
    .sum()
    .div(divisor)
    .mul(settings.boxLossWeight);
  return [classLoss as tf.Scalar, boxLoss as tf.Scalar];
}
