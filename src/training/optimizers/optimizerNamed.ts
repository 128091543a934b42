import { UsageError } from "../../base/errors.ts";
import { nearest } from "../../geometry/nearest.ts";
import { adadelta } from "./adadelta.ts";
import { adagrad } from "./adagrad.ts";
import { adam } from "./adam.ts";
import { adamax } from "./adamax.ts";
import { adamW } from "./adamW.ts";
import { nadam } from "./nadam.ts";
import type { OptimizerFactory } from "./optimizer.ts";
import { rmsProp } from "./rmsProp.ts";
import { sgd } from "./sgd.ts";

/**
 * The optimizer that Keras has under this name, in whatever case, with Keras's defaults (`OPTIMIZERS` has those of a
 * training from scratch); one that is given is taken as it is.
 *
 * @throws UsageError that names the optimizers there are
 */
export function optimizerNamed(optimizer: string | OptimizerFactory): OptimizerFactory {
  if (typeof optimizer !== "string") return optimizer;
  const name = optimizer.toLowerCase();
  const make = MAKERS.get(name);
  if (make) return make();
  const names = [...MAKERS.keys()];
  const similar = nearest(name, names);
  throw new UsageError(
    `there is no optimizer "${optimizer}"${similar === undefined ? "" : ` (did you mean "${similar}"?)`}; there are ${names.join(", ")}`,
  );
}

const MAKERS = new Map<string, () => OptimizerFactory>(
  Object.entries({ sgd, adagrad, adadelta, rmsprop: rmsProp, adam, adamw: adamW, adamax, nadam }),
);
