import * as tf from "@tensorflow/tfjs";
import type { Preprocessing } from "../../base/preprocessing.ts";
import { canvasInput, canvasSpec, type ImageInput } from "../../core/ops/images.ts";
import type { NamedTensors, Step, TensorSpec } from "../../engine/graph/step.ts";
import type { ClipNetwork } from "./network.ts";

export interface ClipStepOptions {
  network: ClipNetwork;
  preprocessing: Preprocessing;
  /** Clips that are looked at at once, and frames of each. */
  batch: number;
  frames: number;
  /** What it is fed: images on the canvas unless told, or features that were taken of them before. */
  from?: "images" | "features";
  /** How it is fed images: packed unless told. */
  input?: ImageInput | undefined;
}

/**
 * Classification of clips: `images` (or `features`) of batch * frames frames and `mask` [batch, frames] in, `probabilities`
 * [batch, classes] or [batch, frames, classes] out.
 */
export function predictStep(options: ClipStepOptions): Step {
  const { network, preprocessing, batch, frames, from = "images", input } = options;
  const slots = batch * frames;
  const features: TensorSpec = { shape: [slots, network.features], dtype: "float32" };
  const looking = featureStep({ network, preprocessing, batch: slots, input });
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

/** The backbone alone: so many images on the canvas in, `features` [batch, features] out. */
export function featureStep({
  network,
  preprocessing,
  batch,
  input,
}: Pick<ClipStepOptions, "network" | "preprocessing" | "batch" | "input">): Step {
  return {
    inputs: { images: canvasSpec(batch, preprocessing, input) },
    run(fed: NamedTensors) {
      const images = canvasInput(fed.images as tf.Tensor, batch, preprocessing);
      return { outputs: { features: network.look(images, false) } };
    },
  };
}
