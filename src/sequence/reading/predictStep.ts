import * as tf from "@tensorflow/tfjs";
import type { Preprocessing } from "../../base/preprocessing.ts";
import { packedSpec, unpackBytes } from "../../core/ops/bytes.ts";
import { normalizeImages } from "../../core/ops/images.ts";
import type { Step } from "../../engine/graph/step.ts";
import type { ReaderNetwork } from "./network.ts";

export interface ReaderStepOptions {
  network: ReaderNetwork;
  preprocessing: Preprocessing;
  batch: number;
}

/**
 * Reading: packed images on the canvas and their widths there, `widths` [batch, 1], in; `logProbabilities` [batch, frames,
 * classes + 1] out.
 */
export function predictStep({ network, preprocessing, batch }: ReaderStepOptions): Step {
  const { canvas } = preprocessing;
  const shape = [batch, canvas.height, canvas.width, 3];
  return {
    inputs: { images: packedSpec(shape), widths: { shape: [batch, 1], dtype: "float32" } },
    run({ images: packed, widths }) {
      const images = normalizeImages(unpackBytes(packed as tf.Tensor, shape) as tf.Tensor4D, preprocessing);
      const [logits] = network.model.apply([images, widths as tf.Tensor], { training: false }) as tf.Tensor[];
      return { outputs: { logProbabilities: tf.logSoftmax(logits as tf.Tensor3D) } };
    },
  };
}
