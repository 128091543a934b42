import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { connectedComponents, watershed } from "../../../src/geometry/index.ts";
import { drawnLabels, labelCases } from "./labelCases.ts";
import { regionOracle } from "./regionOracle.ts";

describe("watershed", () => {
  it("divides where two waters meet, above the valleys", () => {
    const elevation = Float32Array.of(0, 1, 5, 2, 1, 0, 3);
    const markers = drawnLabels("1....2.");
    const mask = new Uint8Array(7).fill(1);
    // The crest is reached from the left, where the water stands at 1 before it stands at 2 on the right.
    expect([...watershed(elevation, markers.labels, mask, markers.size)]).toEqual([1, 1, 1, 2, 2, 2, 2]);
  });

  it("divides a plateau in its middle", () => {
    const { labels, size } = drawnLabels("3.....7");
    const mask = new Uint8Array(7).fill(1);
    expect([...watershed(new Float32Array(7), labels, mask, size)]).toEqual([3, 3, 3, 3, 7, 7, 7]);
  });

  it("keeps to the mask, and leaves parts of it without a marker at 0", () => {
    const markers = drawnLabels("1....", "....2");
    const mask = drawnLabels("11.1.", "...1.");
    const flat = new Float32Array(10);
    expect([...watershed(flat, markers.labels, mask.labels, mask.size)]).toEqual([1, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it("floods each number of the mask on its own", () => {
    const markers = drawnLabels("1...", ".2..");
    const mask = drawnLabels("3344", "4433");
    expect([...watershed(new Float32Array(8), markers.labels, mask.labels, mask.size)]).toEqual([
      1, 1, 2, 2, 2, 2, 1, 1,
    ]);
  });

  it("equals scikit-image where elevations differ", () => {
    for (const { elevation, markers, mask, regions, connectivity, ...size } of regionOracle.floods) {
      const found = watershed(Float32Array.from(elevation), Int32Array.from(markers), Uint8Array.from(mask), size, {
        connectivity,
      });
      expect([...found]).toEqual(regions);
    }
  });

  it("covers exactly the parts of the mask that have a marker, each region of one piece", () => {
    const connectivities = fc.constantFrom(4 as const, 8 as const);
    fc.assert(
      fc.property(
        labelCases(1),
        fc.infiniteStream(fc.nat(9)),
        connectivities,
        ({ labels: mask, size }, stream, connectivity) => {
          const draws = (most: number) => Array.from(mask, () => (stream.next().value as number) % most);
          const elevation = Float32Array.from(draws(4));
          // Each marker is one pixel, so that its region must be of one piece.
          const markers = Int32Array.from(draws(10), (draw, i) => (draw === 0 ? i + 1 : 0));
          const regions = watershed(elevation, markers, mask, size, { connectivity });
          const parts = connectedComponents(mask, size, { connectivity });
          const marked = new Set([...parts.ids].filter((_, i) => markers[i] !== 0));
          expect([...regions].map((region) => region !== 0)).toEqual(
            [...parts.ids].map((id) => id !== 0 && marked.has(id)),
          );
          const inMask = [...markers].filter((marker, i) => marker !== 0 && mask[i] !== 0);
          expect(connectedComponents(regions, size, { connectivity }).count).toBe(inMask.length);
          for (const marker of inMask) expect(regions[marker - 1]).toBe(marker);
        },
      ),
    );
  });

  it("refuses maps of another size, and elevations that are no numbers", () => {
    const [mask, size] = [new Uint8Array(2), { width: 2, height: 1 }];
    expect(() => watershed(new Float32Array(2), new Uint8Array(3), mask, size)).toThrow(
      new RangeError("watershed: markers must have 2 x 1 (width x height) numbers, got 3"),
    );
    expect(() => watershed(Float32Array.of(0, NaN), mask, mask, size)).toThrow(
      new RangeError("watershed: elevation: pixel 1 must be a number, got NaN"),
    );
  });
});
