import type * as tf from "@tensorflow/tfjs";
import { AnchorkitError } from "../../../base/errors.ts";
import { shown } from "../../../base/shown.ts";
import { whoOf } from "../single.ts";

export interface FactorConfig {
  name?: string;
  trainable?: boolean;
  inputShape?: tf.Shape;
  /** How many times higher and wider (default 2). */
  factor?: number;
}

/** @throws AnchorkitError if the factor is no whole number of 1 or more */
export function wholeFactor(layer: tf.layers.Layer, factor = 2): number {
  if (Number.isInteger(factor) && factor >= 1) return factor;
  throw new AnchorkitError(`${whoOf(layer)}: factor must be a whole number of 1 or more, got ${shown(factor)}`);
}

/** A side of a map that many times longer; unknown where the map's is. */
export function times(length: number | null | undefined, factor: number): number | null {
  return length == null ? null : length * factor;
}
