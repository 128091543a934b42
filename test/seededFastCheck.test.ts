import fc from "fast-check";
import { expect, it } from "vitest";
import { fuzzSeed, seedOf } from "./fuzzSeed.ts";

const drawn = (seed?: number): number[] =>
  fc.sample(fc.integer(), { numRuns: 20, ...(seed !== undefined && { seed }) });

it("draws the same in each run, unless a test or the environment says another seed", () => {
  expect(drawn()).toEqual(drawn(fuzzSeed));
  expect(drawn(fuzzSeed + 1)).not.toEqual(drawn());
  expect(seedOf(process.env.FUZZ_SEED)).toBe(fuzzSeed);
  expect([seedOf(undefined), seedOf("77"), seedOf("2147483647")]).toEqual([1, 77, 2 ** 31 - 1]);
  for (const wrong of ["x", "-1", "1.5", "2147483648", ""]) {
    expect(() => seedOf(wrong)).toThrow(`FUZZ_SEED is "${wrong}"; it must be a whole number`);
  }
});
