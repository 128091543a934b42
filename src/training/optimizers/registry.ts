import { UsageError } from "../../base/errors.ts";
import type { OptimizerFactory } from "./optimizer.ts";

/** What a training can tell its optimizer; each takes some of it. */
export interface Tuning {
  momentum?: number;
  beta1?: number;
  beta2?: number;
  /** Of kernels; biases and normalisation do not decay. */
  weightDecay?: number;
}

interface OptimizerEntry {
  /** The highest learning rate unless told. */
  peakRate: number;
  /** Which of the tuning it takes, beside weight decay. */
  takes: readonly (keyof Tuning)[];
  make: (tuning?: Tuning) => Promise<OptimizerFactory>;
}

const MOMENTS = ["beta1", "beta2"] as const;

const ENTRIES = {
  adamw: {
    peakRate: 2e-3,
    takes: MOMENTS,
    /** AdamW, beta2 0.99, weight decay 0.02. */
    make: async (tuning) => (await import("./adamW.ts")).adamW({ beta2: 0.99, weightDecay: 0.02, ...tuning }),
  },
  sgd: {
    peakRate: 1e-2,
    takes: ["momentum"],
    /** SGD with momentum 0.9, weight decay 0.0001. */
    make: async (tuning) => (await import("./sgd.ts")).sgd({ momentum: 0.9, weightDecay: 1e-4, ...tuning }),
  },
  momentum: {
    peakRate: 1e-2,
    takes: ["momentum"],
    make: async (tuning) => (await import("./sgd.ts")).sgd({ momentum: 0.9, ...tuning }),
  },
  nesterov: {
    peakRate: 1e-2,
    takes: ["momentum"],
    make: async (tuning) => (await import("./sgd.ts")).sgd({ momentum: 0.9, nesterov: true, ...tuning }),
  },
  adagrad: {
    peakRate: 1e-2,
    takes: [],
    make: async (tuning) => (await import("./adagrad.ts")).adagrad(tuning),
  },
  adadelta: {
    peakRate: 1,
    takes: [],
    make: async (tuning) => (await import("./adadelta.ts")).adadelta(tuning),
  },
  rmsprop: {
    peakRate: 1e-3,
    takes: ["momentum"],
    make: async (tuning) => (await import("./rmsProp.ts")).rmsProp(tuning),
  },
  adam: {
    peakRate: 2e-3,
    takes: MOMENTS,
    make: async (tuning) => (await import("./adam.ts")).adam(tuning),
  },
  adamax: {
    peakRate: 2e-3,
    takes: MOMENTS,
    make: async (tuning) => (await import("./adamax.ts")).adamax(tuning),
  },
  nadam: {
    peakRate: 2e-3,
    takes: MOMENTS,
    make: async (tuning) => (await import("./nadam.ts")).nadam(tuning),
  },
} satisfies Record<string, OptimizerEntry>;

export type OptimizerName = keyof typeof ENTRIES;

/**
 * Every optimizer, by the name that `--optimizer` and config.json have for it. `sgd`, `momentum` and `nesterov` are one
 * rule: `sgd` has had momentum 0.9 and some weight decay here from the start (its slots are called `momentum`), and
 * momentum 0 makes it plain. Loads no TensorFlow by itself.
 */
export const OPTIMIZERS: Readonly<Record<OptimizerName, OptimizerEntry>> = ENTRIES;

/** @throws UsageError for tuning that the optimizer has no use for */
export function checkTuning(name: OptimizerName, tuning: Tuning): void {
  const takes: readonly string[] = [...OPTIMIZERS[name].takes, "weightDecay"];
  const other = Object.keys(tuning).find((option) => !takes.includes(option));
  if (other !== undefined) {
    throw new UsageError(`${other}: the optimizer ${name} has none; it takes ${takes.join(", ")}`);
  }
}
