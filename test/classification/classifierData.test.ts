import { expect, test } from "vitest";
import { classifierData } from "../../src/classification/classifierData.ts";
import type { Dataset, ImageRecord } from "../../src/data/dataset.ts";

function image(id: number, more: Partial<ImageRecord>): ImageRecord {
  return { id, file: `/photos/${id}.png`, width: 40, height: 30, objects: [], ...more };
}

const object = { box: [2, 3, 12, 9] as [number, number, number, number], class: 0 };
const dataset: Dataset = {
  classes: ["cat", "dog"],
  images: [image(1, { objects: [object] }), image(2, {}), image(3, { objects: [object, { ...object, class: 1 }] })],
};

test("what is left out is said by what it lacks", () => {
  expect(classifierData(dataset, { targets: "objects" }).notes).toEqual([
    "1 image without an object to cut out: left out",
  ]);
  expect(classifierData(dataset, { targets: "box" }).notes).toEqual(["2 images without exactly one object: left out"]);
  const labelled = { ...dataset, images: [image(1, { labels: [1] }), image(2, {})] };
  expect(classifierData(labelled).notes).toEqual(["1 image without a label as a whole: left out"]);
  expect(() => classifierData(dataset, { targets: "labels" })).toThrow("none of 3 images has a label as a whole");
});
