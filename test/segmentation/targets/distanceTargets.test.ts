import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { distanceTargets } from "../../../src/segmentation/targets/distanceTargets.ts";
import { drawnLabels, labelCases } from "../../geometry/regions/labelCases.ts";

describe("distanceTargets", () => {
  it("is half a pixel at the border, over the largest distance of the object", () => {
    const { labels, size } = drawnLabels(".......", ".11111.", ".11111.", ".11111.", ".......");
    // 0.5 and 1.5 of 1.5
    const rows = [
      [0, 0, 0, 0, 0, 0, 0],
      [0, 85, 85, 85, 85, 85, 0],
      [0, 85, 255, 255, 255, 85, 0],
      [0, 85, 85, 85, 85, 85, 0],
      [0, 0, 0, 0, 0, 0, 0],
    ];
    expect([...distanceTargets(labels, size)]).toEqual(rows.flat());
  });

  it("has a valley between objects that touch, and grows to the image's edge", () => {
    const { labels, size } = drawnLabels("1112222.");
    // 2.5, 1.5 and 0.5 of 2.5; 0.5, 1.5, 1.5 and 0.5 of 1.5
    expect([...distanceTargets(labels, size)]).toEqual([255, 153, 51, 85, 255, 255, 85, 0]);
  });

  it("is 255 throughout for an object that fills the image, and for one of a single pixel", () => {
    expect([...distanceTargets(Uint8Array.of(7, 7, 7, 7), { width: 2, height: 2 })]).toEqual([255, 255, 255, 255]);
    expect([...distanceTargets(Uint16Array.of(0, 300, 0), { width: 3, height: 1 })]).toEqual([0, 255, 0]);
  });

  it("is above 0 inside of objects alone, and 255 in each", () => {
    fc.assert(
      fc.property(labelCases(), ({ labels, size }) => {
        const targets = distanceTargets(labels, size);
        expect(targets.map((target) => Number(target > 0))).toEqual(labels.map((label) => Number(label > 0)));
        const peaks = new Set([...labels].filter((_, i) => targets[i] === 255));
        expect(peaks).toEqual(new Set([...labels].filter((label) => label > 0)));
      }),
    );
  });
});
