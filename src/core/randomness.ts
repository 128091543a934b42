import * as tf from "@tensorflow/tfjs";
import { Random } from "../base/random.ts";
import { statelessNormal, statelessUniform } from "./ops/statelessRandom.ts";

/** A seed, and how many times each layer has drawn from it. */
interface Source {
  seed: tf.Scalar;
  draws: Map<string, number>;
}

let ruling: Source | undefined;

/**
 * Runs a forward pass in which every layer that draws random numbers draws them from this seed. A compiled step is fed
 * the seed, so that its numbers differ from run to run and come again with the seed. Scopes nest: the innermost rules.
 *
 * @param seed int32, 0 or more
 */
export function seeded<T>(seed: tf.Scalar, run: () => T): T {
  const before = ruling;
  ruling = { seed, draws: new Map() };
  try {
    return run();
  } finally {
    ruling = before;
  }
}

/**
 * Uniform random numbers in [0, 1) for a layer, which depend on the ruling seed, on the layer's name and on how many
 * times it has drawn in this pass. Outside of {@link seeded} every draw has a seed of its own, drawn in JavaScript. No
 * gradient.
 */
export function drawUniform(layerName: string, shape: number[]): tf.Tensor {
  return draw(statelessUniform, layerName, shape);
}

/** Normally distributed numbers of mean 0 and deviation 1; otherwise as {@link drawUniform}. */
export function drawNormal(layerName: string, shape: number[]): tf.Tensor {
  return draw(statelessNormal, layerName, shape);
}

function draw(numbers: typeof statelessUniform, layerName: string, shape: number[]): tf.Tensor {
  if (!ruling) return tf.tidy(() => numbers(shape, tf.scalar(unseeded.int(2 ** 31), "int32"), 0));
  const { seed, draws } = ruling;
  const name = layerName.replace(COUNTED, "$1");
  const before = draws.get(name) ?? 0;
  draws.set(name, before + 1);
  return numbers(shape, seed, new Random(`${name} ${before}`).uint32());
}

/**
 * "dropout_Dropout3", as tfjs names layers: it counts those of a process, and a network that is built twice must draw the
 * same. Such layers of a network draw by turns.
 */
const COUNTED = /^([a-z0-9_]+_[A-Z]\w*?)\d+$/;

/** Differs from one process to the next. */
const unseeded = new Random(crypto.getRandomValues(new Uint32Array(2)).join(" "));
