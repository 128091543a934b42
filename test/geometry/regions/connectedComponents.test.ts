import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { connectedComponents } from "../../../src/geometry/index.ts";
import { distanceBetween, drawnLabels, labelCases } from "./labelCases.ts";
import { regionOracle } from "./regionOracle.ts";

describe("connectedComponents", () => {
  const { labels, size } = drawnLabels("1.22", ".1.2", "2..1");

  it("numbers regions of the same label in the order of their first pixels", () => {
    const { ids, ...found } = connectedComponents(labels, size);
    expect([...ids]).toEqual([1, 0, 2, 2, 0, 1, 0, 2, 3, 0, 0, 4]);
    expect(found).toEqual({
      count: 4,
      areas: Int32Array.of(5, 2, 3, 1, 1),
      labels: Int32Array.of(0, 1, 2, 2, 1),
    });
  });

  it("tells pixels apart that touch at corners alone where 4 are neighbours", () => {
    const { ids, count } = connectedComponents(labels, size, { connectivity: 4 });
    expect([...ids]).toEqual([1, 0, 2, 2, 0, 3, 0, 2, 4, 0, 0, 5]);
    expect(count).toBe(5);
  });

  it("finds none in the background", () => {
    const { count, areas } = connectedComponents(new Uint8Array(6), { width: 2, height: 3 });
    expect([count, ...areas]).toEqual([0, 6]);
  });

  it("equals scikit-image", () => {
    for (const { labels, ids, areas, connectivity, ...size } of regionOracle.components) {
      const found = connectedComponents(Int32Array.from(labels), size, { connectivity });
      expect([...found.ids]).toEqual(ids);
      expect([...found.areas]).toEqual(areas);
    }
  });

  it("equals labels that are handed on from pixel to pixel until nothing changes", () => {
    fc.assert(
      fc.property(labelCases(), fc.constantFrom(4 as const, 8 as const), ({ labels, size }, connectivity) => {
        const near = connectivity === 4 ? 1 : Math.SQRT2;
        const first = Int32Array.from(labels, (label, i) => (label === 0 ? -1 : i)); // the first pixel of each region
        for (let before = ""; before !== first.join();) {
          before = first.join();
          for (const [i, label] of labels.entries()) {
            for (const [j, other] of labels.entries()) {
              if (label !== 0 && other === label && distanceBetween(i, j, size) <= near) {
                first[i] = Math.min(first[i] as number, first[j] as number);
              }
            }
          }
        }
        const order = [...new Set(first)].filter((place) => place >= 0).sort((a, b) => a - b);
        const { ids, areas } = connectedComponents(labels, size, { connectivity });
        expect([...ids]).toEqual(Array.from(first, (place) => order.indexOf(place) + 1));
        expect([...areas]).toEqual([0, ...order.keys()].map((_, id) => ids.filter((own) => own === id).length));
      }),
      { numRuns: 60 },
    );
  });

  it("says what is wrong with its arguments", () => {
    expect(() => connectedComponents(labels, size, { connectivity: 6 as 4 })).toThrow(
      new RangeError("connectedComponents: connectivity must be 4 or 8, got 6"),
    );
    expect(() => connectedComponents(labels, { width: 4, height: 0 })).toThrow(
      new RangeError("connectedComponents: labels: height must be a whole number of pixels from 1, got 0"),
    );
  });
});
