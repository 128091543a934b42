import * as tf from "@tensorflow/tfjs";
import { unpackedBytes } from "../core/ops/bytes.ts";
import type { NamedTensors, Runner, RunStep } from "../engine/graph/step.ts";
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
        Object.entries(step.inputs).map(([name, { dtype, shape }]) => {
          const tensor = asked[name] as tf.Tensor;
          return [name, dtype === "uint8" && tensor.rank === 1 ? unpackedBytes(tensor, shape) : tensor.clone()];
        }),
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
