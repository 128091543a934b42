import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { separationWeights } from "../../../src/segmentation/targets/separationWeights.ts";
import { distanceBetween, drawnLabels, type LabelCase, labelCases } from "../../geometry/regions/labelCases.ts";

describe("separationWeights", () => {
  it("is 255 exp(-(d1 + d2)^2 / 2 sigma^2) between two objects, and 0 inside of them", () => {
    const { labels, size } = drawnLabels("1...2.");
    const weight = (sum: number) => Math.round(255 * Math.exp(-(sum * sum) / 50));
    expect([...separationWeights(labels, size)]).toEqual([0, weight(4), weight(4), weight(4), 0, weight(6)]);
    expect([weight(4), weight(6)]).toEqual([185, 124]);
  });

  it("is 0 everywhere where there are fewer than two objects", () => {
    const { labels, size } = drawnLabels("1..", "..1");
    expect([...separationWeights(labels, size)]).toEqual([0, 0, 0, 0, 0, 0]);
    expect([...separationWeights(new Int32Array(4), { width: 2, height: 2 })]).toEqual([0, 0, 0, 0]);
  });

  it("equals the distances to all objects, one by one", () => {
    const sigmas = fc.constantFrom(0.3, 1, 2, 5, 40);
    fc.assert(
      fc.property(labelCases(6, 20), sigmas, (drawn, sigma) => {
        expect(separationWeights(drawn.labels, drawn.size, { sigma })).toEqual(bruteForce(drawn, sigma));
      }),
      { numRuns: 200 },
    );
  });

  it("refuses a sigma that is not above 0", () => {
    expect(() => separationWeights(new Uint8Array(1), { width: 1, height: 1 }, { sigma: 0 })).toThrow(
      new RangeError("separationWeights: sigma must be above 0, got 0"),
    );
  });
});

function bruteForce({ labels, size }: LabelCase, sigma: number): Uint8Array {
  return Uint8Array.from(labels, (label, i) => {
    if (label !== 0) return 0;
    const nearest = new Map<number, number>();
    for (const [j, object] of labels.entries()) {
      if (object === 0) continue;
      nearest.set(object, Math.min(nearest.get(object) ?? Infinity, distanceBetween(i, j, size)));
    }
    const [first = Infinity, second = Infinity] = [...nearest.values()].sort((a, b) => a - b);
    return Math.round(255 * Math.exp(-((first + second) ** 2) / (2 * sigma * sigma)));
  });
}
