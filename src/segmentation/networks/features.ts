import * as tf from "@tensorflow/tfjs";
import { withMargin } from "../running/predictStep.ts";
import type { SegmenterNetwork } from "./segmenterNetwork.ts";

/** The last and coarsest map of the encoder, [n, h, w, channels], of images [n, height, width, 3]. */
export function featuresOf({ model, backbone, margin }: SegmenterNetwork): (images: tf.Tensor4D) => tf.Tensor4D {
  const encoder = backbone?.model ?? tf.model({ inputs: model.inputs, outputs: bottomOf(model), name: "features" });
  return (images) => encoder.apply(withMargin(images, margin), { training: false }) as tf.Tensor4D;
}

/** What the plain encoder of a U-Net ends with. */
function bottomOf(model: tf.LayersModel): tf.SymbolicTensor {
  const last = model.layers.filter(({ name }) => name.startsWith("bottom_")).at(-1);
  if (!last) throw new Error(`${model.name} has neither a backbone nor layers called bottom_…`);
  return last.output as tf.SymbolicTensor;
}
