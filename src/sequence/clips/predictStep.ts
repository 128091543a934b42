import * as tf from "@tensorflow/tfjs";
import type { Preprocessing } from "../../base/preprocessing.ts";
import { packedSpec, unpackBytes } from "../../core/ops/bytes.ts";
import { normalizeImages } from "../../core/ops/images.ts";
import type { NamedTensors, Step, TensorSpec } from "../../engine/graph/step.ts";
import type { ClipNetwork } from "./network.ts";

export interface ClipStepOptions {
  network: ClipNetwork;
  preprocessing: Preprocessing;
  /** Clips that are looked at at once, and frames of each. */
  batch: number;
  frames: number;
  /** What it is fed: packed images on the canvas unless told, or features that were taken of them before. */
  from?: "images" | "features";
}

/**
 * Classification of clips: `images` (or `features`) of batch * frames frames and `mask` [batch, frames] in, `probabilities`
 * [batch, classes] or [batch, frames, classes] out.
 */
export function predictStep({ network, preprocessing, batch, frames, from = "images" }: ClipStepOptions): Step {
  const slots = batch * frames;
  const features: TensorSpec = { shape: [slots, network.features], dtype: "float32" };
  const looking = featureStep({ network, preprocessing, batch: slots });
  return {
    inputs: {
      ...(from === "images" ? looking.inputs : { features }),
      mask: { shape: [batch, frames], dtype: "float32" },
    },
    run(fed) {
      const seen = from === "images" ? looking.run(fed).outputs.features : fed.features;
      const sequences = (seen as tf.Tensor2D).reshape<tf.Tensor3D>([batch, frames, network.features]);
      const logits = network.join(sequences, fed.mask as tf.Tensor2D, false);
      return { outputs: { probabilities: tf.softmax(logits) } };
    },
  };
}

/** The backbone alone: so many packed images on the canvas in, `features` [batch, features] out. */
export function featureStep({
  network,
  preprocessing,
  batch,
}: Pick<ClipStepOptions, "network" | "preprocessing" | "batch">): Step {
  const { canvas } = preprocessing;
  const shape = [batch, canvas.height, canvas.width, 3];
  return {
    inputs: { images: packedSpec(shape) },
    run(fed: NamedTensors) {
      const images = normalizeImages(unpackBytes(fed.images as tf.Tensor, shape) as tf.Tensor4D, preprocessing);
      return { outputs: { features: network.look(images, false) } };
    },
  };
}
