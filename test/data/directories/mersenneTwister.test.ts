import { expect, test } from "vitest";
import { MersenneTwister } from "../../../src/data/directories/mersenneTwister.ts";

test("gives the reference implementation's numbers for its usual seed", () => {
  const random = new MersenneTwister(5489);
  const drawn = Array.from({ length: 10_000 }, () => random.uint32());
  expect(drawn.slice(0, 3)).toEqual([3499211612, 581869302, 3890346734]);
  expect(drawn[9_999]).toBe(4123659995); // what the C++ standard demands of mt19937
});

test("shuffles as numpy.random.RandomState(seed).shuffle", () => {
  expect(new MersenneTwister(123).shuffle(Array.from("abcdefghijklmnopqrst")).join("")).toBe("oferihtmapqjlkdbgscn");
  expect(new MersenneTwister(2 ** 31 + 5).shuffle([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])).toEqual([
    4, 7, 0, 8, 2, 3, 6, 5, 1, 9,
  ]);
  expect(new MersenneTwister(0).shuffle([])).toEqual([]);
});
