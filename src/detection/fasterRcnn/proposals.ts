import * as tf from "@tensorflow/tfjs";
import { gatherPerImage, gatherRows } from "../../core/ops/gather.ts";
import { batchedNms } from "../../core/ops/nonMaxSuppression.ts";
import { stopGradient } from "../../core/ops/stopGradient.ts";
import { clipBoxes, decodeBoxes, type BoxWeights } from "../boxes/boxCoder.ts";

export interface ProposalOptions {
  /** Proposals of each image by objectness that go into NMS. Default 600. */
  before?: number;
  /** Proposals of each image that come out at most. Default 120. */
  after?: number;
  /** Default 0.7. */
  iouThreshold?: number;
  /** Boxes with a side under this, in pixels, are dropped. Default 1. */
  minSize?: number;
  /** Boxes are clipped to it; pixels. */
  imageSize: { width: number; height: number };
  /** Weights of the deltas, see decodeBoxes. */
  weights?: BoxWeights;
}

/** Regions that probably hold an object, best first, padded with zeros to the same number. */
export interface Proposals {
  /** [batch, after, 4] as x1, y1, x2, y2 in pixels */
  boxes: tf.Tensor3D;
  /** [batch, after] the probability of an object */
  scores: tf.Tensor2D;
  /** [batch, after] float32: 1 for a proposal, 0 for padding */
  valid: tf.Tensor2D;
}

/**
 * The RPN's proposals: the best anchors by objectness, their boxes decoded, clipped to the image, small ones dropped,
 * and near duplicates removed by NMS (Ren et al., "Faster R-CNN", 2015, section 3.3). No gradient flows through.
 *
 * @param objectness [batch, n] logits @param deltas [batch, n, 4] @param anchors [n, 4]
 */
export function proposeBoxes(
  objectness: tf.Tensor2D,
  deltas: tf.Tensor3D,
  anchors: tf.Tensor2D,
  options: ProposalOptions,
): Proposals {
  const { before = 600, after = 120, iouThreshold = 0.7, minSize = 1, imageSize, weights } = options;
  const [batch, n] = objectness.shape;
  const k = Math.min(before, n);
  const { values, indices } = tf.topk(stopGradient(objectness), k); // [batch, k]
  const best = gatherPerImage(stopGradient(deltas), indices); // [batch, k, 4]
  const boxes = clipBoxes(decodeBoxes(best, gatherRows(anchors, indices), weights), imageSize);

  const [low, high] = tf.split(boxes, 2, -1) as [tf.Tensor, tf.Tensor];
  const largeEnough = tf.greaterEqual(high.sub(low).min(2), minSize); // [batch, k]
  const scores = tf.where(largeEnough, tf.sigmoid(values), -1);
  const kept = batchedNms(boxes.reshape([batch, k, 1, 4]), scores.reshape([batch, k, 1]), {
    iouThreshold,
    scoreThreshold: -0.5, // what was dropped has -1, what was not 0 or more
    count: after,
  });
  const slots = tf.range(0, after, 1, "int32");
  const valid: tf.Tensor2D = tf.less(slots, kept.valid.reshape([batch, 1])).cast("float32");
  return { boxes: kept.boxes, scores: kept.scores, valid };
}
