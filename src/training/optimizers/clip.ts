import * as tf from "@tensorflow/tfjs";
import { UsageError } from "../../base/errors.ts";

/** How gradients are bounded: at most one of the three, as in Keras. */
export interface ClipOptions {
  /** Largest absolute value of each number. */
  clipValue?: number;
  /** Largest norm of each weight's gradient. */
  clipNorm?: number;
  /** Largest norm of all gradients together. */
  globalClipNorm?: number;
}

type Gradients = ReadonlyMap<tf.Variable, tf.Tensor>;

/**
 * The clipping that the options ask for; none where they ask for none.
 *
 * @throws UsageError for more than one, or a limit that is not above 0
 */
export function clipGradients({ clipValue, clipNorm, globalClipNorm }: ClipOptions): (all: Gradients) => Gradients {
  const given = Object.entries({ clipValue, clipNorm, globalClipNorm }).filter(([, limit]) => limit !== undefined);
  if (given.length > 1) {
    throw new UsageError(`${given.map(([name]) => name).join(" and ")} exclude each other: give one`);
  }
  for (const [name, limit = NaN] of given) {
    if (!(limit > 0)) throw new UsageError(`${name}: ${limit} clips everything away; give a number above 0`);
  }
  if (clipValue !== undefined) return (all) => clipByValue(all, clipValue);
  if (clipNorm !== undefined) return (all) => clipByNorm(all, clipNorm);
  if (globalClipNorm !== undefined) return (all) => clipByGlobalNorm(all, globalClipNorm).clipped;
  return (all) => all;
}

/** Gradients with each number brought into -limit to limit. */
export function clipByValue(gradients: Gradients, limit: number): Map<tf.Variable, tf.Tensor> {
  return new Map([...gradients].map(([weight, g]) => [weight, g.clipByValue(-limit, limit)]));
}

/** Gradients scaled down, each by itself, where their own norm exceeds the limit. */
export function clipByNorm(gradients: Gradients, limit: number): Map<tf.Variable, tf.Tensor> {
  return new Map([...gradients].map(([weight, g]) => [weight, g.mul(scaleTo(g.mul(g).sum().sqrt(), limit))]));
}

/**
 * Gradients scaled down together when their global norm exceeds the limit (Pascanu et al., "On the difficulty of
 * training recurrent neural networks", 2013); also gives the norm, a scalar.
 */
export function clipByGlobalNorm(
  gradients: Gradients,
  limit: number,
): { clipped: Map<tf.Variable, tf.Tensor>; norm: tf.Scalar } {
  const norm = globalNorm(gradients);
  const scale = scaleTo(norm, limit);
  return { clipped: new Map([...gradients].map(([weight, g]) => [weight, g.mul(scale)])), norm };
}

/** The norm of all gradients together, a scalar. */
export function globalNorm(gradients: Gradients): tf.Scalar {
  const squares = [...gradients.values()].map((g) => g.mul(g).sum());
  return tf.addN(squares).sqrt().asScalar();
}

function scaleTo(norm: tf.Tensor, limit: number): tf.Tensor {
  return tf.scalar(limit).div(tf.maximum(norm, limit));
}
