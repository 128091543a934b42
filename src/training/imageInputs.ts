import * as tf from "@tensorflow/tfjs";
import type { Preprocessing, Size } from "../base/preprocessing.ts";
import { packBytes, packedSpec, unpackBytes } from "../core/ops/bytes.ts";
import { cropImages } from "../core/ops/images.ts";
import type { TrainingBatch } from "../data/batches/trainingBatch.ts";
import type { NamedTensors, TensorSpec } from "../engine/graph/step.ts";

// Images as training steps are fed them: bytes as they are stored, and where on the canvas each of them goes. What moves
// and normalises the pixels is part of the graph.

/** How many images a step has, and the size that they are fed at. */
export interface ImageBatchShape {
  batch: number;
  stored: Size;
}

/** Names and shapes of what `batchImages` takes. */
export function imageInputs({ batch, stored }: ImageBatchShape): Record<string, TensorSpec> {
  return {
    images: packedSpec([batch, stored.height, stored.width, 3]),
    crops: { shape: [batch, 4], dtype: "float32" },
    scale: { shape: [batch, 3], dtype: "float32" },
    shift: { shape: [batch, 3], dtype: "float32" },
  };
}

/** The images of a batch; the caller disposes of the tensors. */
export function imageFeeds(batch: Pick<TrainingBatch, "images" | "crops" | "scale" | "shift" | "files">): NamedTensors {
  const n = batch.files.length;
  return {
    images: packBytes(batch.images),
    crops: tf.tensor2d(batch.crops, [n, 4]),
    scale: tf.tensor2d(batch.scale, [n, 3]),
    shift: tf.tensor2d(batch.shift, [n, 3]),
  };
}

/** In a step: the network's input, [batch, canvas.height, canvas.width, 3]. */
export function batchImages(
  inputs: NamedTensors,
  { batch, stored }: ImageBatchShape,
  preprocessing: Preprocessing,
): tf.Tensor4D {
  return cropImages(
    unpackBytes(inputs.images as tf.Tensor, [batch, stored.height, stored.width, 3]) as tf.Tensor4D,
    inputs.crops as tf.Tensor2D,
    inputs.scale as tf.Tensor2D,
    inputs.shift as tf.Tensor2D,
    preprocessing,
  );
}
