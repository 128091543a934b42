import type * as tf from "@tensorflow/tfjs";
import type { Optimizer } from "./optimizer.ts";

interface OptimizerEntry {
  /** The highest learning rate unless told. */
  peakRate: number;
  make(weights: readonly tf.Variable[]): Promise<Optimizer>;
}

/** Every optimizer, by the name that `--optimizer` and config.json have for it. Loads no TensorFlow by itself. */
export const OPTIMIZERS = {
  adamw: {
    peakRate: 2e-3,
    /** AdamW, beta2 0.99, weight decay 0.02. */
    make: async (weights) => (await import("./adamW.ts")).adamW(weights, { beta2: 0.99, weightDecay: 0.02 }),
  },
  sgd: {
    peakRate: 1e-2,
    /** SGD with momentum, weight decay 0.0001. */
    make: async (weights) => (await import("./sgd.ts")).sgd(weights, { weightDecay: 1e-4 }),
  },
} satisfies Record<string, OptimizerEntry>;

export type OptimizerName = keyof typeof OPTIMIZERS;
