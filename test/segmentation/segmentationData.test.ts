import { expect, test } from "vitest";
import type { Dataset, ImageRecord, LabelledObject } from "../../src/data/dataset.ts";
import { segmentationData } from "../../src/segmentation/segmentationData.ts";

const boxed: LabelledObject = { box: [2, 3, 12, 9], class: 0 };
const outlined: LabelledObject = { ...boxed, segmentation: [[2, 3, 12, 3, 12, 9]] };

function image(id: number, objects: LabelledObject[], split?: ImageRecord["split"]): ImageRecord {
  return { id, file: `/photos/${id}.png`, width: 40, height: 30, objects, ...(split && { split }) };
}

function datasetOf(...images: ImageRecord[]): Dataset {
  return { classes: ["cat", "dog"], images };
}

test("images with outlines and empty ones are kept, those with boxes alone left out and counted", () => {
  const dog = { ...outlined, class: 1 };
  const { dataset, notes } = segmentationData(
    datasetOf(image(1, [outlined, boxed, boxed]), image(2, []), image(3, [boxed]), image(4, [dog])),
  );
  expect(dataset.images.map(({ id }) => id)).toEqual([1, 2, 4]);
  expect(notes).toEqual([
    "1 image whose objects have boxes alone: left out",
    "2 objects without an outline beside others with one: what their boxes cover of the background does not count (first: /photos/1.png)",
  ]);
});

test("classes that no training image outlines are named", () => {
  const dog = { ...outlined, class: 1 };
  const boxOfDog = { ...boxed, class: 1 };
  const line = '1 class that no training image has an outline of, and the model cannot learn: "dog"';
  const split = datasetOf(image(1, [outlined, boxOfDog], "train"), image(2, [dog], "val"));
  expect(segmentationData(split).notes.at(-1)).toBe(line);
  expect(segmentationData(datasetOf(image(1, [outlined]), image(2, [dog]))).notes).toEqual([]);
  // data to measure on alone
  expect(segmentationData(datasetOf(image(1, [outlined], "test"))).notes).toEqual([]);
});

test("data without an outline, or with too many classes, is refused in one line", () => {
  expect(() => segmentationData(datasetOf(image(1, [boxed]), image(2, [])))).toThrow(
    "no object of 2 images has an outline: a segmenter learns from masks or polygons, as label import reads them; boxes alone train a detector",
  );
  expect(() => segmentationData(datasetOf(image(1, [], "train"), image(2, [outlined], "val")))).toThrow(
    "no object of 1 image to train on has an outline; split the data anew",
  );
  const classes = Array.from({ length: 255 }, (_, i) => `class ${i}`);
  expect(() => segmentationData({ classes, images: [] })).toThrow("a segmenter tells at most 254 classes, got 255");
});
