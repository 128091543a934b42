import type * as tf from "@tensorflow/tfjs";
import type { Step } from "../../engine/graph/step.ts";
import type { ForecasterNetwork } from "./network.ts";

export interface ForecasterStepOptions {
  network: ForecasterNetwork;
  batch: number;
  window: number;
  features: number;
}

/** Forecasting: `windows` [batch, window, features] in, `corrections` [batch, horizon * columns] out. */
export function predictStep({ network, batch, window, features }: ForecasterStepOptions): Step {
  return {
    inputs: { windows: { shape: [batch, window, features], dtype: "float32" } },
    run: ({ windows }) => ({
      outputs: { corrections: network.model.apply(windows as tf.Tensor3D, { training: false }) as tf.Tensor2D },
    }),
  };
}
