import * as tf from "@tensorflow/tfjs";
import type { NamedTensors, Runner, RunStep, TensorSpec } from "../engine/graph/step.ts";
import { canvasSizes } from "./canvasSizes.ts";
import type { PortableModel } from "./portableModel.ts";

/**
 * What runs a model's step, here or elsewhere, as predictors ask it: bytes that they packed are unpacked, and where sizes of
 * images are asked for, that of the canvas is given.
 */
export function portableRunner({ step, batch, description }: PortableModel, run: RunStep): Runner {
  return {
    batch,
    async run(inputs) {
      const sizes = "sizes" in step.inputs ? canvasSizes(description, batch) : undefined;
      const asked: NamedTensors = { ...inputs, ...(sizes && { sizes }) };
      const fed = Object.fromEntries(
        Object.entries(step.inputs).map(([name, spec]) => [name, unpacked(asked[name] as tf.Tensor, spec)]),
      );
      try {
        return await run(fed);
      } finally {
        tf.dispose(fed);
        tf.dispose(sizes);
      }
    },
    dispose: () => undefined,
  };
}

/** Bytes as a step is fed them that takes bytes, see `packBytes`; anything else as it is. */
function unpacked(tensor: tf.Tensor, { dtype, shape }: TensorSpec): tf.Tensor {
  if (dtype !== "uint8" || tensor.rank !== 1) return tensor.clone();
  const { buffer, byteOffset } = tensor.dataSync<"int32">();
  return tf.tensor(new Uint8Array(buffer, byteOffset, tf.util.sizeFromShape(shape)), shape, "int32");
}
