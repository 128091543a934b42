import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Random } from "../../../src/base/random.ts";
import { type Bucket, bucketByLength, bucketedBatches } from "../../../src/data/batches/bucketByLength.ts";
import { padSequences } from "../../../src/data/batches/padSequences.ts";

const paddingOf = (buckets: readonly Bucket[], lengths: readonly number[]): number =>
  buckets.reduce(
    (sum, { length, indices }) => sum + indices.reduce((own, i) => own + length - (lengths[i] as number), 0),
    0,
  );

/** The least padding of all ways to choose the ends. */
function leastPadding(lengths: readonly number[], most: number): number {
  const distinct = [...new Set(lengths)].sort((a, b) => a - b);
  const longest = distinct.at(-1) ?? 0;
  let best = Infinity;
  for (let set = 0; set < 2 ** distinct.length; set++) {
    const ends = distinct.filter((_, i) => (set >> i) & 1);
    if (ends.length > most || ends.at(-1) !== longest) continue;
    best = Math.min(
      best,
      lengths.reduce((sum, one) => sum + (ends.find((end) => end >= one) ?? 0) - one, 0),
    );
  }
  return best;
}

describe("buckets", () => {
  it("hold every sample once, with the least padding there can be", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 1, max: 4 }),
        (lengths, most) => {
          const buckets = bucketByLength(lengths, most);
          expect(buckets.length).toBeLessThanOrEqual(most);
          expect(buckets.flatMap(({ indices }) => indices).sort((a, b) => a - b)).toEqual(lengths.map((_, i) => i));
          expect(paddingOf(buckets, lengths)).toBe(leastPadding(lengths, most));
        },
      ),
    );
  });

  it("refuse a length of 0, and are none without samples", () => {
    expect(() => bucketByLength([3, 0])).toThrow("sample 1 has length 0");
    expect(bucketByLength([])).toEqual([]);
  });

  it("give batches of one bucket each, every sample in each epoch, by number and seed alone", () => {
    const lengths = Array.from({ length: 23 }, (_, i) => 1 + (i % 7));
    const buckets = bucketByLength(lengths, 3);
    const options = { batch: 4, random: new Random(5) };
    const stream = bucketedBatches(buckets, options);
    const { stepsPerEpoch } = stream;
    const epochs = [0, 1].map((epoch) =>
      Array.from({ length: stepsPerEpoch }, (_, i) => stream.batchAt(epoch * stepsPerEpoch + i)),
    );
    for (const epoch of epochs) {
      for (const { bucket, indices } of epoch) {
        expect(indices).toHaveLength(4);
        for (const i of indices) expect(buckets[bucket]?.indices).toContain(i);
      }
      expect(new Set(epoch.flatMap(({ indices }) => indices)).size).toBe(23);
    }
    expect(epochs[0]).not.toEqual(epochs[1]);
    expect(bucketedBatches(buckets, options).batchAt(stepsPerEpoch + 2)).toEqual(epochs[1]?.[2]);
  });
});

it("sequences are padded after or before, and the mask says where", () => {
  const sequences = [[1, 2, 3, 4], [5, 6]]; // prettier-ignore
  const after = padSequences(sequences, { length: 3, features: 2 });
  expect([...after.values]).toEqual([1, 2, 3, 4, 0, 0, 5, 6, 0, 0, 0, 0]);
  expect([...after.mask]).toEqual([1, 1, 0, 1, 0, 0]);
  const before = padSequences(sequences, { length: 3, features: 2, side: "before" });
  expect([...before.values]).toEqual([0, 0, 1, 2, 3, 4, 0, 0, 0, 0, 5, 6]);
  expect([...before.mask]).toEqual([0, 1, 1, 0, 0, 1]);
  expect(() => padSequences([[1, 2, 3]], { length: 3, features: 2 })).toThrow("sequence 0 has 3 numbers");
});
