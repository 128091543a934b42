import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AnchorkitError } from "../../../src/base/errors.ts";
import { Random } from "../../../src/base/random.ts";
import {
  groupNearDuplicates,
  HashIndex,
  type NearDuplicate,
  nearDuplicates,
} from "../../../src/data/duplicates/nearDuplicates.ts";
import { hashDistance } from "../../../src/data/duplicates/perceptualHash.ts";

const hex = (high: number, low: number) =>
  (high >>> 0).toString(16).padStart(8, "0") + (low >>> 0).toString(16).padStart(8, "0");

/** Hashes around a few centres: each centre with up to 12 bits changed. */
const clustered = fc
  .tuple(fc.array(fc.tuple(fc.nat(0xffffffff), fc.nat(0xffffffff)), { minLength: 1, maxLength: 5 }), fc.nat())
  .map(([centres, seed]) => {
    const random = new Random(seed);
    return Array.from({ length: 40 }, () => {
      let [high, low] = centres[random.int(centres.length)] ?? [0, 0];
      for (let flips = random.int(13); flips > 0; flips--) {
        if (random.chance(0.5)) high ^= 1 << random.int(32);
        else low ^= 1 << random.int(32);
      }
      return hex(high, low);
    });
  });

function everyPair(hashes: readonly string[], maxBits: number): NearDuplicate[] {
  const pairs: NearDuplicate[] = [];
  for (const [a, hash] of hashes.entries()) {
    for (let b = a + 1; b < hashes.length; b++) {
      const distance = hashDistance(hash, hashes[b] ?? "");
      if (distance <= maxBits) pairs.push({ a, b, distance });
    }
  }
  return pairs;
}

/** Connected components by spreading the smallest number until nothing changes. */
function components(count: number, pairs: readonly NearDuplicate[]): number[][] {
  const label = Array.from({ length: count }, (_, i) => i);
  for (let changed = true; changed;) {
    changed = false;
    for (const { a, b } of pairs) {
      const least = Math.min(label[a] ?? 0, label[b] ?? 0);
      changed ||= label[a] !== label[b];
      label[a] = label[b] = least;
    }
  }
  return label
    .map((_, first) => label.flatMap((of, i) => (of === first ? [i] : [])))
    .filter((group) => group.length > 1);
}

test("pairs and groups are those of comparing every two", () => {
  fc.assert(
    fc.property(clustered, fc.nat(31), (hashes, maxBits) => {
      const pairs = everyPair(hashes, maxBits);
      expect(nearDuplicates(hashes, maxBits)).toEqual(pairs);
      expect(groupNearDuplicates(hashes, maxBits)).toEqual(components(hashes.length, pairs));
    }),
    { numRuns: 150 },
  );
});

test("a chain is one group, though its ends are far from each other", () => {
  const chain = ["0000000000000000", "000000000000003f", "0000000000000fff", "ffffffff00000000"];
  expect(nearDuplicates(chain)).toEqual([
    { a: 0, b: 1, distance: 6 },
    { a: 1, b: 2, distance: 6 },
  ]);
  expect(groupNearDuplicates(chain)).toEqual([[0, 1, 2]]);
  expect(groupNearDuplicates([])).toEqual([]);
});

test("an index finds what was added, nearest first, and equal hashes in their order", () => {
  const index = new HashIndex(2);
  expect(
    ["0000000000000001", "0000000000000000", "0000000000000007", "0000000000000000"].map((h) => index.add(h)),
  ).toEqual([0, 1, 2, 3]);
  expect(index.near("0000000000000000")).toEqual([
    { item: 1, distance: 0 },
    { item: 3, distance: 0 },
    { item: 0, distance: 1 },
  ]);
});

describe("speed", () => {
  const random = new Random(1);
  test.each([
    ["10,000 unrelated hashes", Array.from({ length: 10_000 }, () => hex(random.uint32(), random.uint32())), 0],
    ["10,000 equal hashes", Array.from({ length: 10_000 }, () => "0123456789abcdef"), 1],
  ])("%s are grouped in well under a second", (_, hashes, groups) => {
    const start = performance.now();
    expect(groupNearDuplicates(hashes)).toHaveLength(groups);
    expect(performance.now() - start).toBeLessThan(1000); // takes 70 ms
  });
});

test("a number of bits that makes no sense is refused", () => {
  for (const bits of [-1, 1.5, 32, NaN]) expect(() => nearDuplicates([], bits)).toThrow(AnchorkitError);
  expect(() => nearDuplicates([], 40)).toThrow("must be a whole number from 0 to 31, got 40");
});
