import fc from "fast-check";
import { expect, test } from "vitest";
import { align, editDistance } from "../../../src/metrics/text/align.ts";

/** The definition, by recursion. */
function naiveDistance(a: string, b: string): number {
  if (a === "" || b === "") return a.length + b.length;
  return Math.min(
    naiveDistance(a.slice(1), b.slice(1)) + (a[0] === b[0] ? 0 : 1),
    naiveDistance(a.slice(1), b) + 1,
    naiveDistance(a, b.slice(1)) + 1,
  );
}

const letters = (text: string): string[] => Array.from(text);
const short = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 6 });

test("the distance is the fewest insertions, deletions and substitutions", () => {
  expect(editDistance(letters("kitten"), letters("sitting"))).toBe(3);
  expect(editDistance([], letters("abc"))).toBe(3);
  expect(editDistance(["the", "cat"], ["a", "cat", "sat"])).toBe(2);
  fc.assert(
    fc.property(short, short, (a, b) => {
      expect(editDistance(letters(a), letters(b))).toBe(naiveDistance(a, b));
    }),
  );
});

test("an alignment has that many errors, and spells both", () => {
  fc.assert(
    fc.property(short, short, (a, b) => {
      const pairs = align(letters(a), letters(b));
      expect(pairs.filter(({ truth, read }) => truth !== read).length).toBe(naiveDistance(a, b));
      expect(pairs.map(({ truth }) => truth ?? "").join("")).toBe(a);
      expect(pairs.map(({ read }) => read ?? "").join("")).toBe(b);
    }),
  );
});

test("it says what was taken for another, missed and extra", () => {
  expect(align(letters("xAB1y"), letters("xA8y"))).toEqual([
    { truth: "x", read: "x" },
    { truth: "A", read: "A" },
    { truth: "B" },
    { truth: "1", read: "8" },
    { truth: "y", read: "y" },
  ]);
  expect(align(letters("11"), letters("111"))).toContainEqual({ read: "1" });
});

test("long texts that differ in one place are aligned, and hopeless ones refused", () => {
  const long = Array<string>(20000).fill("a");
  expect(align([...long, "b", ...long], [...long, "c", ...long]).filter(({ truth, read }) => truth !== read)).toEqual([
    { truth: "b", read: "c" },
  ]);
  expect(() => align(long, Array<string>(20000).fill("b"))).toThrow("sequences of 20000 and 20000 are too long");
});
