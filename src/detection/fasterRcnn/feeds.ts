import * as tf from "@tensorflow/tfjs";
import type { Random } from "../../base/random.ts";
import type { TrainingBatch } from "../../data/batches/trainingBatch.ts";
import type { NamedTensors } from "../../engine/graph/step.ts";
import { imageFeeds } from "../../training/imageInputs.ts";
import {
  drawAnchorsOfImage,
  matchAnchorsByThreshold,
  matchAnchorsOfImage,
  type AnchorBlocks,
} from "../boxes/anchorTargets.ts";
import type { Settings } from "./description.ts";

export interface FeedOptions {
  /** Objects an image is padded to. */
  objects: number;
  anchors: AnchorBlocks;
  settings: Settings;
  random: Random;
}

/**
 * The tensors that the losses are computed from; see lossInputs. The caller disposes of them. Which anchors train, and
 * for which object, depends on labels alone: it is decided here, which takes a tenth of its time in the graph.
 */
export function lossFeeds(batch: TrainingBatch, options: FeedOptions): NamedTensors {
  const { random, settings } = options;
  const n = batch.files.length;
  const m = options.objects;
  const rois = settings.proposals.after + m;
  return {
    ...imageFeeds(batch),
    ...anchorFeeds(batch, options),
    boxes: tf.tensor3d(batch.boxes, [n, m, 4]),
    classes: tf.tensor2d(batch.classes, [n, m], "int32"),
    valid: tf.tensor2d(batch.valid, [n, m]),
    ignored: tf.tensor2d(batch.ignored, [n, m]),
    roiNoise: tf.tensor2d(
      Float32Array.from({ length: n * rois }, () => random.uniform()),
      [n, rois],
    ),
  };
}

function anchorFeeds(batch: TrainingBatch, { anchors, settings, random, objects }: FeedOptions): NamedTensors {
  const n = batch.files.length;
  const m = objects;
  const count = anchors.anchors.length / 4;
  const matched = new Int32Array(n * count);
  const [positive, negative] = [new Float32Array(n * count), new Float32Array(n * count)];
  for (let image = 0; image < n; image++) {
    const truth = {
      boxes: batch.boxes.subarray(image * m * 4, (image + 1) * m * 4),
      valid: batch.valid.subarray(image * m, (image + 1) * m),
      ignored: batch.ignored.subarray(image * m, (image + 1) * m),
    };
    const [from, to] = [image * count, (image + 1) * count];
    const own = matched.subarray(from, to);
    if (settings.assignment === "best") matchAnchorsOfImage(truth, anchors, own);
    else matchAnchorsByThreshold(truth, anchors, own, { high: 0.7, low: 0.3 });
    drawAnchorsOfImage(own, random, positive.subarray(from, to), negative.subarray(from, to), settings.anchorSample);
  }
  return {
    matched: tf.tensor2d(matched, [n, count], "int32"),
    positive: tf.tensor2d(positive, [n, count]),
    negative: tf.tensor2d(negative, [n, count]),
  };
}
