import * as tf from "@tensorflow/tfjs";
import type { Preprocessing } from "../../base/preprocessing.ts";
import { canvasInput, canvasSpec, type ImageInput } from "../../core/ops/images.ts";
import type { Step } from "../../engine/graph/step.ts";
import type { ReaderNetwork } from "./network.ts";

export interface ReaderStepOptions {
  network: ReaderNetwork;
  preprocessing: Preprocessing;
  batch: number;
  /** How it is fed images: packed unless told. */
  input?: ImageInput | undefined;
}

/**
 * Reading: images on the canvas and their widths there, `widths` [batch, 1], in; `logProbabilities` [batch, frames,
 * classes + 1] out.
 */
export function predictStep({ network, preprocessing, batch, input }: ReaderStepOptions): Step {
  return {
    inputs: { images: canvasSpec(batch, preprocessing, input), widths: { shape: [batch, 1], dtype: "float32" } },
    run({ images: fed, widths }) {
      const images = canvasInput(fed as tf.Tensor, batch, preprocessing);
      const [logits] = network.model.apply([images, widths as tf.Tensor], { training: false }) as tf.Tensor[];
      return { outputs: { logProbabilities: tf.logSoftmax(logits as tf.Tensor3D) } };
    },
  };
}
