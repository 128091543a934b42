import { Random } from "../base/random.ts";

/**
 * Builds a model whose first weights come again with the seed, as `keras.utils.set_random_seed` does it: tfjs's
 * initializers draw from `Math.random` where they have no seed of their own, and here that is a generator of this seed.
 *
 * @param build makes the model; it may not wait for anything
 */
export function withSeed<T>(seed: number, build: () => T): T {
  const before = Math.random;
  const random = new Random(seed).fork("weights");
  Math.random = () => random.uniform();
  try {
    return build();
  } finally {
    Math.random = before;
  }
}
