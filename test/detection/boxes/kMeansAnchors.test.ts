import { describe, expect, it } from "vitest";
import { Random } from "../../../src/base/random.ts";
import type { ImageRecord } from "../../../src/data/dataset.ts";
import { anchorShapesFor, kMeansAnchors, meanBestIou } from "../../../src/detection/boxes/kMeansAnchors.ts";

/** Boxes scattered by a tenth around the given sizes. */
function around(sizes: [number, number][], each: number, random: Random): number[] {
  return sizes.flatMap(([w, h]) =>
    Array.from({ length: each }, () => [w * random.uniform(0.9, 1.1), h * random.uniform(0.9, 1.1)]).flat(),
  );
}

describe("k-means of anchor shapes", () => {
  it("finds the clusters that are there, smallest first", () => {
    const random = new Random(5);
    const sizes: [number, number][] = [[100, 40], [10, 10], [30, 90]]; // prettier-ignore
    const shapes = kMeansAnchors(around(sizes, 40, random), 3, random);
    expect(shapes.map(([w, h]) => [Math.round(w / 10) * 10, Math.round(h / 10) * 10])).toEqual([[10, 10], [30, 90], [100, 40]]); // prettier-ignore
  });

  it("fits better than the classic nine on boxes of all sizes", () => {
    const random = new Random(6);
    const boxes = Array.from({ length: 400 }, () => Math.exp(random.uniform(2, 5)));
    const shapes = kMeansAnchors(boxes, 5, random);
    expect(meanBestIou(boxes, shapes)).toBeGreaterThan(0.5);
    expect(meanBestIou(boxes, shapes)).toBeGreaterThan(meanBestIou(boxes, [[128, 128], [256, 256], [512, 512]])); // prettier-ignore
  });

  it("gives the same shapes for the same seed", () => {
    const boxes = around([[50, 20], [8, 60]], 30, new Random(1)); // prettier-ignore
    expect(kMeansAnchors(boxes, 4, new Random(2))).toEqual(kMeansAnchors(boxes, 4, new Random(2)));
  });

  it("makes up shapes of other sizes where there are fewer boxes than shapes", () => {
    const shapes = kMeansAnchors([20, 10, 20, 10], 5, new Random(3));
    expect(shapes.map(([w]) => Math.round(w))).toEqual([10, 14, 20, 28, 40]);
    expect(shapes.every(([w, h]) => Math.abs(w / h - 2) < 1e-9)).toBe(true);
  });

  it("refuses no boxes, and boxes without an extent", () => {
    expect(() => kMeansAnchors([], 3, new Random(1))).toThrow(
      "kMeansAnchors: there are no boxes to choose anchors from",
    );
    expect(() => kMeansAnchors([4, 4, 0, 5], 3, new Random(1))).toThrow(
      "kMeansAnchors: box 1: its sides must be above 0 and finite, got 0 x 5",
    );
  });

  it("looks at the objects of a data set at the network's scale, not at difficult ones and crowds", () => {
    const image: ImageRecord = {
      id: 1,
      file: "a.png",
      width: 200,
      height: 100,
      objects: [
        { box: [0, 0, 40, 10], class: 0 },
        { box: [0, 0, 100, 100], class: 0, difficult: true },
        { box: [0, 0, 90, 90], class: 0, crowd: true },
      ],
    };
    const half = (): number => 0.5;
    expect(anchorShapesFor([image], half, 1, new Random(1))).toEqual([[20, 5]]);
    expect(anchorShapesFor([image], half, 1, new Random(1), { squares: true })).toEqual([[10, 10]]);
  });
});
