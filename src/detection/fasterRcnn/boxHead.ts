import * as tf from "@tensorflow/tfjs";
import { gatherRows } from "../../core/ops/gather.ts";
import { decodeBoxes } from "../boxes/boxCoder.ts";
import type { FasterRcnn } from "./network.ts";
import { cropPyramidRois } from "../boxes/pyramidRois.ts";
import { ROI_WEIGHTS } from "./description.ts";

/** What the box head says of RoIs. */
export interface RoiPredictions {
  /** [batch * r, classes + 1], background first. */
  logits: tf.Tensor2D;
  /** [batch * r, 1, 4], or [batch * r, classes, 4] with a box for each class: decoded, not clipped. */
  boxes: tf.Tensor3D;
}

/**
 * Pools the RoIs of a batch in one call and runs the box head on all of them.
 *
 * @param features the maps of the RPN, [batch, h, w, c] each @param rois [batch, r, 4] in pixels of the input
 */
export function applyBoxHead(
  network: FasterRcnn,
  features: readonly tf.Tensor4D[],
  rois: tf.Tensor3D,
  training: boolean,
): RoiPredictions {
  const [batch, perImage] = rois.shape;
  const count = batch * perImage;
  const size = network.head.inputs[0]?.shape[1] ?? 0;
  const image = tf.tensor1d(
    Array.from({ length: count }, (_, i) => Math.floor(i / perImage)),
    "int32",
  );
  const flat: tf.Tensor2D = rois.reshape([count, 4]);
  const pooled = cropPyramidRois(features, network.strides, flat, image, [size, size]);
  const [logits, deltas] = network.head.apply(pooled, { training }) as [tf.Tensor2D, tf.Tensor2D];
  const boxes = decodeBoxes(deltas.reshape([count, -1, 4]), flat.reshape([count, 1, 4]), ROI_WEIGHTS);
  return { logits, boxes: boxes as tf.Tensor3D };
}

/**
 * The box of a class for each RoI; the only one where there is one for all classes.
 *
 * @param boxes [n, 1 or classes, 4] @param classes [n] int32
 * @returns [n, 4]
 */
export function boxesOfClass(boxes: tf.Tensor3D, classes: tf.Tensor1D): tf.Tensor2D {
  const [n, choices] = boxes.shape;
  if (choices === 1) return boxes.reshape([n, 4]);
  const starts = tf.tensor1d(
    Array.from({ length: n }, (_, i) => i * choices),
    "int32",
  );
  return gatherRows(boxes.reshape([n * choices, 4]), starts.add(classes)) as tf.Tensor2D;
}
