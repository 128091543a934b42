import * as tf from "@tensorflow/tfjs";
import { gatherRows } from "../../core/ops/gather.ts";
import { segmentMax } from "../../core/ops/segmentMax.ts";
import { overlapWithIgnored } from "./overlap.ts";

/** What an anchor is matched to when it is background. */
export const BACKGROUND = -1;
/** What an anchor is matched to when it is neither an object nor background, and does not train. */
export const IGNORED = -2;

/** An IoU above 0, for what needs any overlap at all. */
const SOME_OVERLAP = 1e-12;

/** The labelled boxes of a batch, padded to the same number m for each image. */
export interface GroundTruth {
  /** [batch, m, 4] as x1, y1, x2, y2 in pixels; rows of padding may hold anything finite. */
  boxes: tf.Tensor3D;
  /** [batch, m] float32: 1 for an object to learn, 0 for padding and for ignored regions. */
  valid: tf.Tensor2D;
  /** [batch, m] float32: 1 for an ignored region (a difficult object, a crowd). */
  ignored: tf.Tensor2D;
}

/** IoU thresholds of the classic rule. */
export interface ThresholdOptions {
  /** Positive from this IoU on. */
  high: number;
  /** Background under this IoU; what lies between `low` and `high` does not train. */
  low: number;
  /** Each object's best anchors are positive, too, whatever their IoU (above 0). */
  allowLowQuality?: boolean;
}

/** The rule that finds small objects. */
export interface BestAnchorsOptions {
  /** Anchors each object may claim: the best ones by IoU. Default 8. */
  candidates?: number;
  /** An object's best anchor needs no more than some overlap, the others this IoU. Default 0.3. */
  minIou?: number;
  /** Background under this IoU with every object. Default 0.3. */
  low?: number;
}

/**
 * Matches each anchor (or proposal) to the object it overlaps most, by thresholds on their IoU
 * (Ren et al., "Faster R-CNN", 2015, section 3.1.2).
 *
 * An anchor that would be background but has `low` of its area or more in an ignored region does not train.
 *
 * @param anchors [n, 4], the same for every image, or [batch, n, 4]
 * @returns [batch, n] int32: the row of the object in `truth`, {@link BACKGROUND} or {@link IGNORED}
 */
export function matchByThreshold(
  truth: GroundTruth,
  anchors: tf.Tensor2D | tf.Tensor3D,
  options: ThresholdOptions,
): tf.Tensor2D {
  return thresholdOverlaps(overlaps(truth, anchors), truth.valid, options);
}

/**
 * Matches to each object its `candidates` best anchors that have an IoU of `minIou` or more, and always the best one.
 * An anchor that several objects claim goes to the one it overlaps most. However small an object is beside the
 * anchors, it gets positives, which fixed thresholds do not give (compare ATSS, Zhang et al., 2020).
 *
 * An anchor that would be background but has `low` of its area or more in an ignored region does not train.
 *
 * @param anchors [n, 4], the same for every image, or [batch, n, 4]
 * @returns [batch, n] int32: the row of the object in `truth`, {@link BACKGROUND} or {@link IGNORED}
 */
export function matchBestAnchors(
  truth: GroundTruth,
  anchors: tf.Tensor2D | tf.Tensor3D,
  options: BestAnchorsOptions = {},
): tf.Tensor2D {
  const { candidates = 8, minIou = 0.3, low = 0.3 } = options;
  const overlap = overlaps(truth, anchors); // [batch, m, n]
  const [batch, m, n] = overlap.shape;
  const k = Math.min(candidates, n);
  const { values, indices } = tf.topk(overlap, k); // [batch, m, k], best first

  const enough = tf.tensor1d(Array.from({ length: k }, (_, rank) => (rank === 0 ? SOME_OVERLAP : minIou)));
  const claims = tf.logicalAnd(tf.greaterEqual(values, enough), tf.greater(truth.valid, 0).reshape([batch, m, 1]));
  const starts = Array.from({ length: batch }, (_, image) => image * n);
  const anchorOf = indices.add(tf.tensor3d(starts, [batch, 1, 1], "int32")); // in 0..batch*n-1
  const claimed = tf.where(claims, values, -1);
  const highest = gatherRows(segmentMax(claimed, anchorOf, batch * n), anchorOf); // the highest claim on that anchor
  const wins = tf.logicalAnd(claims, tf.greaterEqual(claimed, highest));
  const rows = tf.range(0, m, 1, "float32").reshape([1, m, 1]);
  const winner = tf.where(wins, rows, IGNORED);
  const owner = segmentMax(winner, anchorOf, batch * n).reshape([batch, n]);

  return tf.maximum<tf.Tensor2D>(owner, unclaimed(overlap, low)).cast("int32");
}

/**
 * The rule of {@link matchByThreshold} on overlaps that are known already.
 *
 * @param overlap [batch, m, n]: IoU for objects, share within the region for ignored ones, 0 for padding
 * @param valid [batch, m]
 */
export function thresholdOverlaps(overlap: tf.Tensor3D, valid: tf.Tensor2D, options: ThresholdOptions): tf.Tensor2D {
  const { high, low, allowLowQuality = false } = options;
  const [batch, m] = valid.shape;
  const iou: tf.Tensor3D = overlap.mul(valid.reshape([batch, m, 1])); // [batch, m, n]
  let positive: tf.Tensor = tf.greaterEqual(iou.max(1), high); // [batch, n]
  if (allowLowQuality) {
    const best = iou.max(2, true).maximum(SOME_OVERLAP); // an object without any overlap claims nothing
    positive = tf.logicalOr(positive, tf.any(tf.greaterEqual(iou, best), 1));
  }
  return tf.where(positive, iou.argMax(1), unclaimed(overlap, low).cast("int32"));
}

/** [batch, m, n]; padding gets 0. */
function overlaps({ boxes, valid, ignored }: GroundTruth, anchors: tf.Tensor2D | tf.Tensor3D): tf.Tensor3D {
  const present = valid.add(ignored).reshape([valid.shape[0], valid.shape[1], 1]);
  return overlapWithIgnored(boxes.mul(present), ignored, anchors);
}

/** [batch, n] float32: background where nothing is overlapped by `low` or more, else ignored. */
function unclaimed(overlap: tf.Tensor3D, low: number): tf.Tensor {
  return tf.less(overlap.max(1), low).cast("float32").add(IGNORED); // 1 - 2 = background, 0 - 2 = ignored
}
