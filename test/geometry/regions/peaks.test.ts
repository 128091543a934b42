import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Connectivity, connectedComponents, type GridSize, peaks } from "../../../src/geometry/index.ts";
import { labelCases } from "./labelCases.ts";
import { regionOracle } from "./regionOracle.ts";

const ROW = Float32Array.of(1, 4, 3, 6, 6, 2, -5, 5, 0);
const SIZE = { width: 9, height: 1 };
const ALL = new Uint8Array(9).fill(1);

describe("peaks", () => {
  it("are all local maxima, of a plateau its first pixel", () => {
    expect([...peaks(ROW, ALL, SIZE)]).toEqual([1, 3, 7]);
  });

  it("are those that rise above the pass to a higher one", () => {
    expect([...peaks(ROW, ALL, SIZE, { rise: 1 })]).toEqual([1, 3, 7]);
    expect([...peaks(ROW, ALL, SIZE, { rise: 1.5 })]).toEqual([3, 7]);
    expect([...peaks(ROW, ALL, SIZE, { rise: 11 })]).toEqual([3]);
  });

  it("are sought within the mask", () => {
    const mask = Uint8Array.of(1, 0, 1, 1, 0, 1, 1, 0, 0);
    expect([...peaks(ROW, mask, SIZE, { rise: 100 })]).toEqual([0, 3, 5]);
    expect([...peaks(ROW, new Uint8Array(9), SIZE)]).toEqual([]);
  });

  it("are sought in each number of the mask on its own", () => {
    expect([...peaks(ROW, Uint8Array.of(1, 1, 1, 2, 2, 2, 2, 0, 7), SIZE, { rise: 100 })]).toEqual([1, 3, 8]);
  });

  it("keep the first of two that are equally high and do not stand out from each other", () => {
    expect([...peaks(Float32Array.of(-0, 5, 3, 5, 0), ALL.subarray(4), { width: 5, height: 1 }, { rise: 3 })]).toEqual([
      1,
    ]);
  });

  it("equal scikit-image", () => {
    for (const { heights, local, standOut, connectivity, rise, ...size } of regionOracle.maxima) {
      const map = Float32Array.from(heights, (height) => height - 40);
      const mask = new Uint8Array(map.length).fill(1);
      expect([...peaks(map, mask, size, { connectivity })]).toEqual(local);
      expect([...peaks(map, mask, size, { connectivity, rise })]).toEqual(standOut);
    }
  });

  it("equal a search for ways from each pixel to a higher one", () => {
    const heights = fc.infiniteStream(fc.float({ min: -4, max: 4, noNaN: true }));
    const options = fc.record({
      rise: fc.constantFrom(0, 0.5, 2),
      connectivity: fc.constantFrom(4 as const, 8 as const),
    });
    fc.assert(
      fc.property(labelCases(1, 6), heights, fc.boolean(), options, ({ labels, size }, stream, isCoarse, option) => {
        const map = Float32Array.from(labels, () => {
          const { value } = stream.next() as { value: number };
          return isCoarse ? Math.round(value) : value;
        });
        const expected = [...labels.keys()].filter((i) => isPeak(map, labels, size, i, option));
        expect([...peaks(map, labels, size, option)]).toEqual(expected);
      }),
    );
  });
});

/** Whether one must go down by `rise`, and at all, on each way within the mask to a higher pixel or an equal one before. */
function isPeak(
  map: Float32Array,
  mask: Uint8Array,
  size: GridSize,
  i: number,
  { rise, connectivity }: { rise: number; connectivity: Connectivity },
): boolean {
  if (mask[i] === 0) return false;
  const own = map[i] as number;
  // What can be reached without going down so far: pixels above each level, as connected regions.
  const levels = [...new Set(map)].filter((level) => level === own || (level < own && own - level < rise));
  return levels.every((level) => {
    const { ids } = connectedComponents(
      mask.map((inside, j) => Number(inside !== 0 && (map[j] as number) >= level)),
      size,
      { connectivity },
    );
    return map.every((value, j) => ids[j] !== ids[i] || value < own || (value === own && j >= i));
  });
}
