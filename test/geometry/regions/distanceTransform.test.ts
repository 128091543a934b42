import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { distanceTransform } from "../../../src/geometry/regions/distanceTransform.ts";
import { distanceBetween, drawnLabels, type LabelCase, labelCases } from "./labelCases.ts";
import { regionOracle } from "./regionOracle.ts";

describe("distanceTransform", () => {
  it("is 1 next to the border, and grows away from it", () => {
    const { labels, size } = drawnLabels("......", ".1111.", ".1111.", ".1111.", "......");
    const rows = [
      [0, 0, 0, 0, 0, 0],
      [0, 1, 1, 1, 1, 0],
      [0, 1, 2, 2, 1, 0],
      [0, 1, 1, 1, 1, 0],
      [0, 0, 0, 0, 0, 0],
    ];
    expect([...distanceTransform(labels, size)]).toEqual(rows.flat());
  });

  it("measures along the diagonal, and takes the image's edge for no border", () => {
    const { labels, size } = drawnLabels(".11", "111");
    const expected = [0, 1, 2, 1, Math.SQRT2, Math.sqrt(5)].map(Math.fround);
    expect([...distanceTransform(labels, size)]).toEqual(expected);
  });

  it("takes an object that touches another for its border", () => {
    const { labels, size } = drawnLabels("11122");
    expect([...distanceTransform(labels, size)]).toEqual([3, 2, 1, 1, 2]);
  });

  it("is Infinity where there is no other label", () => {
    expect([...distanceTransform(Uint8Array.of(4, 4), { width: 1, height: 2 })]).toEqual([Infinity, Infinity]);
    expect([...distanceTransform(Uint8Array.of(0, 0), { width: 2, height: 1 })]).toEqual([0, 0]);
  });

  it("equals SciPy", () => {
    for (const { labels, squares, ...size } of regionOracle.distances) {
      const found = distanceTransform(Int32Array.from(labels), size);
      expect([...found]).toEqual(squares.map((square) => (square < 0 ? Infinity : Math.fround(Math.sqrt(square)))));
    }
  });

  it("equals the distance to all other pixels, one by one", () => {
    fc.assert(
      fc.property(labelCases(), (drawn) => {
        expect(distanceTransform(drawn.labels, drawn.size)).toEqual(bruteForce(drawn));
      }),
      { numRuns: 300 },
    );
  });

  it("says when labels are not as many as the pixels", () => {
    expect(() => distanceTransform(new Uint8Array(5), { width: 3, height: 2 })).toThrow(
      new RangeError("distanceTransform: labels must have 3 x 2 (width x height) numbers, got 5"),
    );
  });
});

function bruteForce({ labels, size }: LabelCase): Float32Array {
  return Float32Array.from(labels, (label, i) => {
    if (label === 0) return 0;
    let nearest = Infinity;
    for (const [j, other] of labels.entries()) {
      if (other !== label) nearest = Math.min(nearest, distanceBetween(i, j, size));
    }
    return nearest;
  });
}
