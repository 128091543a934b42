import * as tf from "@tensorflow/tfjs";
import { buildBackbone } from "../../core/backbones/buildBackbone.ts";
import type { Backbone } from "../../core/backbones/backbone.ts";
import { Relu } from "../../core/layers/relu.ts";
import { TopDown } from "../../core/layers/topDown.ts";
import { variableOf } from "../../core/namedWeights.ts";
import type { Random } from "../../base/random.ts";
import { RoiCrop } from "./roiCropLayer.ts";
import type { Architecture } from "./description.ts";

/** Pixels of the input a cell of the neck's map stands for. */
export const STRIDE = 8;

/** Faster R-CNN (Ren et al., 2015): the whole as one model, and its two stages, which share its layers. */
export interface FasterRcnn {
  /** [images, rois] -> [features, objectness, anchorDeltas, classLogits, boxDeltas]: for summary, saving, freezing. */
  model: tf.LayersModel;
  /** images [n, h, w, 3] -> features [n, h/8, w/8, c], objectness [n, h/8, w/8, a], deltas [n, h/8, w/8, 4 a]. */
  rpn: tf.LayersModel;
  /** pooled RoIs [r, p, p, c] -> class logits [r, classes + 1] (0 is background), deltas [r, 4] or [r, 4 classes]. */
  head: tf.LayersModel;
  /** The part that may start from published weights. */
  backbone: Backbone;
}

/**
 * Builds the layers, with weights drawn from `random`.
 *
 * @param anchors shapes at each cell @param classes background not counted
 */
export function buildFasterRcnn(
  architecture: Architecture,
  { anchors, classes }: { anchors: number; classes: number },
  random: Random,
): FasterRcnn {
  const { channels, pooled, hidden } = architecture;
  const backbone = buildBackbone(architecture.backbone, {
    width: architecture.width,
    random: random.fork("backbone"),
  });
  const seeds = random.fork("detector");
  const conv = (name: string, filters: number, kernelSize: number, options: Partial<ConvOptions> = {}) =>
    tf.layers.conv2d({
      name,
      filters,
      kernelSize,
      padding: "same",
      kernelInitializer: tf.initializers.heNormal({ seed: seeds.int(2 ** 31) }),
      ...options,
    });
  const small = (): ReturnType<typeof tf.initializers.randomNormal> =>
    tf.initializers.randomNormal({ mean: 0, stddev: 0.01, seed: seeds.int(2 ** 31) });

  // Neck: from the deepest map up to stride 8, one map.
  const levels = backbone.features.filter(({ stride }) => stride >= STRIDE).sort((a, b) => b.stride - a.stride);
  const laterals = levels.map(({ stride, output }) => conv(`lateral_${stride}`, channels, 1).apply(output) as Symbolic);
  const merged = laterals.reduce(
    (coarse, fine, i) => new TopDown({ name: `top_down_${levels[i]?.stride}` }).apply([coarse, fine]) as Symbolic,
  );
  const neck = new Relu({ name: "neck_relu" }).apply(conv("neck", channels, 3).apply(merged)) as Symbolic;

  // Region proposal network: one 3x3 convolution, then scores and deltas for each anchor of a cell.
  const shared = new Relu({ name: "rpn_relu" }).apply(conv("rpn_conv", channels, 3).apply(neck));
  const objectness = conv("rpn_objectness", anchors, 1, {
    kernelInitializer: small(),
    biasInitializer: tf.initializers.constant({ value: -2 }), // most anchors are background
  }).apply(shared) as Symbolic;
  const anchorDeltas = conv("rpn_deltas", 4 * anchors, 1, { kernelInitializer: small() }).apply(shared) as Symbolic;

  // Box head: a pooled RoI to class scores and a box.
  const dense = (name: string, units: number, options: Partial<DenseOptions> = {}) =>
    tf.layers.dense({
      name,
      units,
      kernelInitializer: tf.initializers.heNormal({ seed: seeds.int(2 ** 31) }),
      ...options,
    });
  const headLayers = {
    flatten: tf.layers.flatten({ name: "head_flatten" }),
    hidden: dense("head_hidden", hidden),
    relu: new Relu({ name: "head_relu" }),
    classes: dense("head_classes", classes + 1, { kernelInitializer: small() }),
    boxes: dense("head_boxes", architecture.classSpecificBoxes ? 4 * classes : 4, { kernelInitializer: small() }),
  };
  const applyHead = (rois: Symbolic): [Symbolic, Symbolic] => {
    const vector = headLayers.relu.apply(headLayers.hidden.apply(headLayers.flatten.apply(rois)));
    return [headLayers.classes.apply(vector) as Symbolic, headLayers.boxes.apply(vector) as Symbolic];
  };

  const rois = tf.input({ shape: [5], name: "rois" });
  const crop = new RoiCrop({ name: "roi_crop", size: pooled, stride: STRIDE });
  const images = backbone.model.inputs[0] as Symbolic;
  const pooledInput = tf.input({ shape: [pooled, pooled, channels], name: "pooled" });
  return {
    model: tf.model({
      name: "faster_rcnn",
      inputs: [images, rois],
      outputs: [neck, objectness, anchorDeltas, ...applyHead(crop.apply([neck, rois]) as Symbolic)],
    }),
    rpn: tf.model({ name: "rpn", inputs: images, outputs: [neck, objectness, anchorDeltas] }),
    head: tf.model({ name: "box_head", inputs: pooledInput, outputs: applyHead(pooledInput) }),
    backbone,
  };
}

/** Shapes of the weights whose size the description alone decides, by name; known before anything is built. */
export function decidedShapes(
  { channels, pooled, hidden, classSpecificBoxes }: Architecture,
  { anchors, classes }: { anchors: number; classes: number },
): Map<string, number[]> {
  return new Map([
    ["neck/kernel", [3, 3, channels, channels]],
    ["rpn_objectness/kernel", [1, 1, channels, anchors]],
    ["head_hidden/kernel", [pooled * pooled * channels, hidden]],
    ["head_classes/kernel", [hidden, classes + 1]],
    ["head_boxes/kernel", [hidden, classSpecificBoxes ? 4 * classes : 4]],
  ]);
}

/** The network's variables: those that train, or all, the statistics of normalisation too. */
export function weightsOf({ model }: FasterRcnn, onlyTrainable: boolean): tf.Variable[] {
  const weights = onlyTrainable ? model.trainableWeights : model.weights;
  return weights.map(variableOf);
}

type Symbolic = tf.SymbolicTensor;
type ConvOptions = Parameters<typeof tf.layers.conv2d>[0];
type DenseOptions = Parameters<typeof tf.layers.dense>[0];
