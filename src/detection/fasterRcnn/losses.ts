import * as tf from "@tensorflow/tfjs";
import type { Preprocessing, Size } from "../../base/preprocessing.ts";
import type { BatchNorm } from "../../core/layers/batchNorm.ts";
import { packedSpec, unpackBytes } from "../../core/ops/bytes.ts";
import { gatherPerImage } from "../../core/ops/gather.ts";
import { collectUpdates } from "../../core/updates.ts";
import type { NamedTensors, Step, TensorSpec } from "../../engine/graph/step.ts";
import { binaryCrossEntropy, smoothL1, softmaxCrossEntropy } from "../../training/losses.ts";
import { clipByGlobalNorm, type Optimizer } from "../../training/optimizers.ts";
import { giouLoss } from "../boxes/boxLosses.ts";
import { encodeBoxes } from "../boxes/boxCoder.ts";
import { applyBoxHead, boxesOfClass } from "./boxHead.ts";
import type { FasterRcnn, RpnOutputs } from "./network.ts";
import { IGNORED, matchByThreshold, type GroundTruth } from "../boxes/groundTruth.ts";
import { cropImages } from "../../core/ops/images.ts";
import { proposeBoxes } from "./proposals.ts";
import { sampleRois } from "../boxes/sampling.ts";
import { ANCHOR_WEIGHTS, type Settings } from "./description.ts";

export interface TrainStepOptions {
  network: FasterRcnn;
  preprocessing: Preprocessing;
  settings: Settings;
  /** [anchors, 4] on the canvas. */
  anchors: Float32Array;
  batch: number;
  stored: Size;
  objects: number;
  weights: readonly tf.Variable[];
  optimizer: Optimizer;
}

/** Names and shapes of what a training step is fed. */
function trainStepInputs(options: TrainStepOptions): Record<string, TensorSpec> {
  const { batch, stored, objects, settings } = options;
  const float = (...shape: number[]): TensorSpec => ({ shape, dtype: "float32" });
  return {
    images: packedSpec([batch, stored.height, stored.width, 3]),
    crops: float(batch, 4),
    scale: float(batch, 3),
    shift: float(batch, 3),
    boxes: float(batch, objects, 4),
    classes: { shape: [batch, objects], dtype: "int32" },
    valid: float(batch, objects),
    ignored: float(batch, objects),
    matched: { shape: [batch, options.anchors.length / 4], dtype: "int32" },
    positive: float(batch, options.anchors.length / 4),
    negative: float(batch, options.anchors.length / 4),
    roiNoise: float(batch, settings.proposals.after + objects),
    learningRate: float(),
    step: float(),
  };
}

/** One step of end-to-end training: four losses, their gradients, and the optimizer's updates. */
export function trainStep(options: TrainStepOptions): Step {
  return {
    inputs: trainStepInputs(options),
    run(inputs) {
      const names = ["objectness", "anchorBoxes", "classes", "boxes"] as const;
      let parts: tf.Scalar[] = [];
      const total = (): tf.Scalar => {
        parts = losses(inputs, options);
        return tf.addN(parts);
      };
      const { result, updates } = collectUpdates(() =>
        tf.variableGrads(() => {
          const sum = total();
          parts = parts.map((part) => tf.keep(part.clone()));
          return sum;
        }, [...options.weights]),
      );
      const gradients = new Map(options.weights.map((weight) => [weight, result.grads[weight.name] as tf.Tensor]));
      const { clipped, norm } = clipByGlobalNorm(gradients, options.settings.clipNorm);
      const moved = options.optimizer.update(clipped, inputs.learningRate as tf.Scalar, inputs.step as tf.Scalar);
      const outputs: NamedTensors = { loss: result.value, gradientNorm: norm };
      names.forEach((name, i) => (outputs[name] = parts[i] as tf.Tensor));
      return { outputs, updates: new Map([...updates, ...moved]) };
    },
  };
}

/**
 * A forward pass whose only effect is that each normalisation takes the mean and variance of this batch. Averaged over
 * many batches, they describe the training set.
 */
export function calibrationStep(options: TrainStepOptions, norms: readonly BatchNorm[]): Step {
  const { images, crops, scale, shift } = trainStepInputs(options);
  return {
    inputs: { images, crops, scale, shift } as Record<string, TensorSpec>,
    run(inputs) {
      const momenta = norms.map((norm) => norm.momentum);
      for (const norm of norms) norm.momentum = 0;
      const { result, updates } = collectUpdates(() =>
        options.network.rpn.apply(batchImages(inputs, options), { training: true }),
      );
      norms.forEach((norm, i) => (norm.momentum = momenta[i] as number));
      const [objectness] = result as tf.Tensor[];
      return { outputs: { objectness: (objectness as tf.Tensor).mean() }, updates };
    },
  };
}

/** The four losses of Faster R-CNN (Ren et al., 2015, section 3.1.2; Girshick, "Fast R-CNN", 2015, section 2.3). */
function losses(inputs: NamedTensors, options: TrainStepOptions): tf.Scalar[] {
  const { network } = options;
  const images = batchImages(inputs, options);
  const truth: GroundTruth = {
    boxes: inputs.boxes as tf.Tensor3D,
    valid: inputs.valid as tf.Tensor2D,
    ignored: inputs.ignored as tf.Tensor2D,
  };
  const anchors = tf.tensor2d(options.anchors, [options.anchors.length / 4, 4]);
  const [objectness, deltas, ...features] = network.rpn.apply(images, { training: true }) as RpnOutputs;
  const proposed: Proposed = { objectness, deltas, anchors };
  return [
    ...rpnLosses(proposed, truth, inputs),
    ...headLosses(features, proposed, truth, inputs.classes as tf.Tensor2D, inputs.roiNoise as tf.Tensor2D, options),
  ];
}

function batchImages(inputs: NamedTensors, { preprocessing, batch, stored }: TrainStepOptions): tf.Tensor4D {
  return cropImages(
    unpackBytes(inputs.images as tf.Tensor, [batch, stored.height, stored.width, 3]) as tf.Tensor4D,
    inputs.crops as tf.Tensor2D,
    inputs.scale as tf.Tensor2D,
    inputs.shift as tf.Tensor2D,
    preprocessing,
  );
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
  const scoreLoss = binaryCrossEntropy(objectness, positive).mul(sampled).sum().div(count);
  const boxLoss = smoothL1(deltas, targets, 1 / 9)
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
  { network, settings, preprocessing, batch }: TrainStepOptions,
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
