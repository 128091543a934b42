import * as tf from "@tensorflow/tfjs";
import type { Preprocessing, Size } from "../base/preprocessing.ts";
import { packBytes, packedSpec, unpackBytes } from "../core/ops/bytes.ts";
import { channelRows } from "../core/ops/images.ts";
import { transformImages } from "../core/ops/transformImages.ts";
import type { WarpedBatch } from "../data/batches/warpedBatch.ts";
import type { NamedTensors, TensorSpec } from "../engine/graph/step.ts";

// Images as training steps are fed them: bytes as they are stored, a transform that brings each to the canvas, and what
// is done to its colours, normalisation included. All of that is part of the graph.

export interface WarpedShape {
  /** Images in a step. */
  batch: number;
  /** Size that they are fed at. */
  stored: Size;
  /** Colours are mixed with each other. */
  mixesColours: boolean;
}

/** Names and shapes of what `warpedImages` takes. */
export function warpedInputs({ batch, stored }: WarpedShape): Record<string, TensorSpec> {
  const floats = (...shape: number[]): TensorSpec => ({ shape, dtype: "float32" });
  return {
    images: packedSpec([batch, stored.height, stored.width, 3]),
    transforms: floats(batch, 8),
    colours: floats(batch, 3, 3),
    shift: floats(batch, 3),
  };
}

/** The images of a batch; the caller disposes of the tensors. */
export function warpedFeeds(made: WarpedBatch): NamedTensors {
  const batch = made.transforms.length / 8;
  return {
    images: packBytes(made.images),
    transforms: tf.tensor2d(made.transforms, [batch, 8]),
    colours: tf.tensor3d(made.colours, [batch, 3, 3]),
    shift: tf.tensor2d(made.shift, [batch, 3]),
  };
}

/** In a step: the network's input, [batch, canvas.height, canvas.width, 3]. */
export function warpedImages(
  inputs: NamedTensors,
  { batch, stored, mixesColours }: WarpedShape,
  { canvas, fill }: Pick<Preprocessing, "canvas" | "fill">,
): tf.Tensor4D {
  const bytes = unpackBytes(inputs.images as tf.Tensor, [batch, stored.height, stored.width, 3]) as tf.Tensor4D;
  const pixels = transformImages(bytes, inputs.transforms as tf.Tensor2D, {
    ...{ interpolation: "bilinear", fillMode: "constant", fillValue: fill },
    size: [canvas.height, canvas.width],
  });
  const colours = inputs.colours as tf.Tensor3D;
  const shift = channelRows(inputs.shift as tf.Tensor2D, canvas.width);
  if (!mixesColours) {
    const diagonal = [0, 1, 2].map((c) => colours.slice([0, c, c], [-1, 1, 1]));
    const scale = tf.concat(diagonal, 2).reshape<tf.Tensor2D>([batch, 3]);
    return pixels.mul(channelRows(scale, canvas.width)).add(shift);
  }
  const flat = pixels.reshape([batch, canvas.height * canvas.width, 3]);
  const mixed: tf.Tensor4D = tf.matMul(flat, colours, false, true).reshape(pixels.shape);
  return mixed.add(shift);
}
