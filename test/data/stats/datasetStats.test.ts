import { describe, expect, it } from "vitest";
import type { Dataset, ImageRecord, LabelledObject } from "../../../src/data/dataset.ts";
import { datasetStats } from "../../../src/data/stats/datasetStats.ts";
import { histogram, SIZE_EDGES } from "../../../src/data/stats/histogram.ts";
import { adviseInputSize } from "../../../src/data/stats/inputSizes.ts";

function image(id: number, objects: LabelledObject[], more: Partial<ImageRecord> = {}): ImageRecord {
  return { id, file: `/photos/${id}.jpg`, width: 160, height: 120, objects, ...more };
}

describe("datasetStats", () => {
  const dataset: Dataset = {
    classes: ["cat", "dog", "cow"],
    images: [
      image(
        1,
        [
          { box: [0, 0, 10, 10], class: 0 },
          { box: [70, 50, 90, 70], class: 1 },
        ],
        { split: "train" },
      ),
      image(
        2,
        [
          { box: [0, 0, 40, 10], class: 0 },
          { box: [0, 0, 40, 10], class: 0 },
        ],
        { split: "train", width: 80 },
      ),
      image(3, [
        { box: [0, 0, 160, 120], class: 1, difficult: true },
        { box: [0, 0, 9, 9], class: 0, crowd: true },
      ]),
      image(4, [], { split: "val" }),
    ],
  };
  const stats = datasetStats(dataset);

  it("counts images and objects of each split and of all", () => {
    expect(stats.parts.map(({ part, images, objects }) => [part, images, objects])).toEqual([
      ["train", 2, 4],
      ["val", 1, 0],
      ["none", 1, 2],
      ["all", 4, 6],
    ]);
    const all = {
      part: "all",
      images: 4,
      background: 1,
      objects: 6,
      difficult: 1,
      crowd: 1,
      mean: 1.5,
      median: 2,
      most: 2,
    };
    expect(stats.parts.at(-1)).toEqual({ ...all, labelled: 0, labels: 0, medianSize: 20 }); // of 10, 20, 20, 20
    expect(stats.parts[1]?.medianSize).toBeNaN();
  });

  it("counts classes, and measures what a detector learns of them", () => {
    const cat = { name: "cat", images: 3, objects: 4, bySplit: { train: 3, val: 0, test: 0, none: 1 } };
    const none = { labels: 0, labelsBySplit: { train: 0, val: 0, test: 0, none: 0 } };
    expect(stats.classes[0]).toEqual({ ...cat, ...none, medianSize: 20, medianAspect: 4 });
    const dog = { name: "dog", images: 2, objects: 2, bySplit: { train: 1, val: 0, test: 0, none: 1 } };
    expect(stats.classes[1]).toEqual({ ...dog, ...none, medianSize: 20, medianAspect: 1 });
    expect(stats.classes[2]).toMatchObject({ images: 0, objects: 0, medianSize: NaN });
    expect(stats.cooccurrences).toEqual([{ a: 0, b: 1, images: 2 }]);
  });

  it("finds objects at their place in the image, difficult ones and crowds left out", () => {
    expect(stats.positions.map((row) => row.length)).toEqual(Array(12).fill(16));
    // (5, 5) of 160 x 120 is in the first cell, (80, 60) in the middle, (20, 5) of 80 x 120 in column 4, twice.
    const occupied = stats.positions.flatMap((row, y) => row.flatMap((count, x) => (count > 0 ? [[x, y, count]] : [])));
    expect(occupied).toEqual([
      [0, 0, 1],
      [4, 0, 2],
      [8, 6, 1],
    ]);
  });

  it("has histograms of sizes, shapes and objects an image, and the sizes of images", () => {
    expect(stats.sizes).toEqual([
      { from: 8, to: 16, count: 1 },
      { from: 16, to: 32, count: 3 },
    ]);
    expect(stats.aspects.map(({ count }) => count)).toEqual([2, 0, 0, 0, 0, 2]); // 1:1 twice, 4:1 twice
    expect(stats.objectsPerImage.map(({ count }) => count)).toEqual([1, 0, 3]);
    expect(stats.imageSizes).toEqual([
      { width: 160, height: 120, images: 3 },
      { width: 80, height: 120, images: 1 },
    ]);
  });

  it("knows data without objects", () => {
    const empty = datasetStats({ classes: ["cat"], images: [image(1, [])] });
    expect(empty).toMatchObject({ sizes: [], aspects: [], cooccurrences: [], inputSize: undefined });
  });
});

describe("adviseInputSize", () => {
  /** Objects whose shorter sides are these, in images of 1000 x 500. */
  const objects = (sides: number[]): ImageRecord[] =>
    sides.map((side, i) => image(i, [{ box: [0, 0, 200, side], class: 0 }], { width: 1000, height: 500 }));

  it("finds the smallest size at which 95 % of the objects have 8 pixels on their shorter side", () => {
    // The 95th of 100 sides decides: 16 pixels of 1000 become 8 at 500, and 512 is the next multiple of 32.
    const sides = [...Array<number>(94).fill(100), 16, 2, 2, 2, 2, 2];
    const advice = adviseInputSize(objects(sides));
    expect(advice).toMatchObject({ smallest: 512, original: 1000, recommended: { size: 512, under8: 0.05 } });
    expect(advice?.sizes.find(({ size }) => size === 416)).toEqual({ size: 416, under8: 0.06, under16: 0.06 });
  });

  it("stays between 320 and 2048", () => {
    expect(adviseInputSize(objects([100]))).toMatchObject({ smallest: 96, recommended: { size: 320, under8: 0 } });
    expect(adviseInputSize(objects([1]))).toMatchObject({ smallest: 8000, recommended: { size: 2048, under8: 1 } });
  });
});

describe("histogram", () => {
  it("takes the lower edge into a bin, and has none before the first and after the last value", () => {
    expect(histogram([16, 31.9, 64], SIZE_EDGES)).toEqual([
      { from: 16, to: 32, count: 2 },
      { from: 32, to: 64, count: 0 },
      { from: 64, to: 96, count: 1 },
    ]);
    expect(histogram([], SIZE_EDGES)).toEqual([]);
    expect(histogram([5000], SIZE_EDGES)).toEqual([{ from: 1024, to: Infinity, count: 1 }]);
  });
});
