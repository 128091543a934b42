/**
 * The seed of all that tests draw at random. It is the same in each run, so that unchanged code passes or fails as it did
 * before, unless the environment variable FUZZ_SEED says another one; vitest.config.ts draws one for "random".
 */
export const fuzzSeed = seedOf(process.env.FUZZ_SEED);

/** @throws Error unless the text is a whole number from 0 to 2147483647, or there is no text */
export function seedOf(text = "1"): number {
  const seed = Number(text);
  if (/^\d+$/.test(text) && seed < 2 ** 31) return seed;
  throw new Error(`FUZZ_SEED is "${text}"; it must be a whole number from 0 to 2147483647, or random`);
}
