import * as tf from "@tensorflow/tfjs";
import { AnchorkitError } from "../../base/errors.ts";
import { buildBackbone } from "../../core/backbones/buildBackbone.ts";
import type { Backbone } from "../../core/backbones/backbone.ts";
import { Relu } from "../../core/layers/relu.ts";
import { TopDown } from "../../core/layers/topDown.ts";
import type { Random } from "../../base/random.ts";
import type { AnchorLevel } from "../boxes/anchors.ts";
import { JoinLevels } from "../boxes/joinLevels.ts";
import { RoiCrop } from "./roiCropLayer.ts";
import type { Architecture } from "./description.ts";

/** Faster R-CNN (Ren et al., 2015): the whole as one model, and its two stages, which share its layers. */
export interface FasterRcnn {
  /** [images, rois] -> [features …, objectness, anchorDeltas, classLogits, boxDeltas]: for summary, saving, freezing. */
  model: tf.LayersModel;
  /** images [n, h, w, 3] -> `RpnOutputs`. */
  rpn: tf.LayersModel;
  /** pooled RoIs [r, p, p, c] -> class logits [r, classes + 1] (0 is background), deltas [r, 4] or [r, 4 classes]. */
  head: tf.LayersModel;
  /** The part that may start from published weights. */
  backbone: Backbone;
  /** Pixels of the input that a cell of each map of features stands for, from fine to coarse. */
  strides: readonly number[];
}

/**
 * Objectness [n, anchors] and deltas [n, anchors, 4] in the order of `levelAnchors`, and the maps that RoIs are pooled
 * from, [n, h / stride, w / stride, channels] each, from fine to coarse.
 */
export type RpnOutputs = [objectness: tf.Tensor2D, deltas: tf.Tensor3D, ...features: tf.Tensor4D[]];

/**
 * Builds the layers, with weights drawn from `random`. Each level has a map of its own, and all share the weights of the
 * RPN, as in Feature Pyramid Networks (Lin et al., 2017). `levels` go from fine to coarse; `classes` do not count the
 * background.
 *
 * @throws AnchorkitError if the backbone has no map of a stride, or levels differ in their number of anchors
 */
export function buildFasterRcnn(
  architecture: Architecture,
  { levels, classes }: { levels: readonly AnchorLevel[]; classes: number },
  random: Random,
): FasterRcnn {
  const { channels, pooled, hidden } = architecture;
  const backbone = buildBackbone(architecture.backbone, {
    width: architecture.width,
    publisher: architecture.publisher,
    random: random.fork("backbone"),
  });
  const strides = levels.map(({ stride }) => stride);
  const anchors = checkedLevels(levels, backbone);
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

  // Neck: from the deepest map up to the finest level, and of what comes by a map for each level.
  const features: Symbolic[] = [];
  let merged: Symbolic | undefined;
  for (const { stride, output } of backbone.features.toSorted((a, b) => b.stride - a.stride)) {
    if (stride < Math.min(...strides)) break;
    const lateral = conv(`lateral_${stride}`, channels, 1).apply(output) as Symbolic;
    merged = merged ? (new TopDown({ name: `top_down_${stride}` }).apply([merged, lateral]) as Symbolic) : lateral;
    if (!strides.includes(stride)) continue;
    const name = stride === strides[0] ? "neck" : `neck_${stride}`;
    features.unshift(new Relu({ name: `${name}_relu` }).apply(conv(name, channels, 3).apply(merged)) as Symbolic);
  }

  // Region proposal network: one 3x3 convolution, then scores and deltas for each anchor of a cell.
  const rpn = {
    conv: conv("rpn_conv", channels, 3),
    relu: new Relu({ name: "rpn_relu" }),
    objectness: conv("rpn_objectness", anchors, 1, {
      kernelInitializer: small(),
      biasInitializer: tf.initializers.constant({ value: -2 }), // most anchors are background
    }),
    deltas: conv("rpn_deltas", 4 * anchors, 1, { kernelInitializer: small() }),
  };
  const shared = features.map((map) => rpn.relu.apply(rpn.conv.apply(map)));
  const objectness = new JoinLevels({ name: "anchor_objectness" }).apply(
    shared.map((map) => rpn.objectness.apply(map) as Symbolic),
  ) as Symbolic;
  const anchorDeltas = new JoinLevels({ name: "anchor_deltas", values: 4 }).apply(
    shared.map((map) => rpn.deltas.apply(map) as Symbolic),
  ) as Symbolic;

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
  const crop = new RoiCrop({ name: "roi_crop", size: pooled, strides });
  const images = backbone.model.inputs[0] as Symbolic;
  const pooledInput = tf.input({ shape: [pooled, pooled, channels], name: "pooled" });
  return {
    model: tf.model({
      name: "faster_rcnn",
      inputs: [images, rois],
      outputs: [...features, objectness, anchorDeltas, ...applyHead(crop.apply([...features, rois]) as Symbolic)],
    }),
    rpn: tf.model({ name: "rpn", inputs: images, outputs: [objectness, anchorDeltas, ...features] }),
    head: tf.model({ name: "box_head", inputs: pooledInput, outputs: applyHead(pooledInput) }),
    backbone,
    strides,
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

/** The number of anchors at each cell. @throws AnchorkitError, see {@link buildFasterRcnn} */
function checkedLevels(levels: readonly AnchorLevel[], { features }: Backbone): number {
  const known = features.map(({ stride }) => stride);
  const [strides, counts] = [levels.map(({ stride }) => stride), levels.map(({ anchors }) => anchors.length)];
  const [count = 0] = counts;
  if (strides.length === 0 || strides.some((stride, i) => !known.includes(stride) || stride <= (strides[i - 1] ?? 0))) {
    throw new AnchorkitError(
      `buildFasterRcnn: levels must have strides from ${known.join(", ")}, from fine to coarse, got ${strides.join(", ") || "none"}`,
    );
  }
  if (count === 0 || counts.some((other) => other !== count)) {
    throw new AnchorkitError(
      `buildFasterRcnn: levels share the RPN, so each needs as many anchors as another, got ${counts.join(", ")}`,
    );
  }
  return count;
}

type Symbolic = tf.SymbolicTensor;
type ConvOptions = Parameters<typeof tf.layers.conv2d>[0];
type DenseOptions = Parameters<typeof tf.layers.dense>[0];
