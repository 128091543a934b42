import { expect, test } from "vitest";
import { alignClasses } from "../../src/data/alignClasses.ts";
import type { Dataset, ImageRecord, LabelledObject } from "../../src/data/dataset.ts";

/** One image without objects, and one with objects (and labels as a whole) of these classes. */
function datasetOf(classes: string[], objects: number[], labels?: number[]): Dataset {
  const labelled = objects.map((label): LabelledObject => ({ box: [0, 1, 2, 4], class: label, pose: "Left" }));
  const image: ImageRecord = {
    id: 7,
    file: "a.jpg",
    width: 3,
    height: 5,
    objects: labelled,
    ...(labels && { labels }),
  };
  return { classes, images: [{ id: 3, file: "empty.jpg", width: 2, height: 9, objects: [] }, image] };
}

test("classes are found by name, whatever their order", () => {
  const { classes, images } = alignClasses(datasetOf(["dog", "cat"], [0, 1, 0]), ["cat", "cow", "dog"]);
  expect(classes).toEqual(["cat", "cow", "dog"]);
  expect(images[1]?.objects).toEqual([2, 0, 2].map((index) => ({ box: [0, 1, 2, 4], class: index, pose: "Left" })));
});

test("labels of whole images are renumbered alike; an image without any gets none", () => {
  const { images } = alignClasses(datasetOf(["dog", "cat", "cow"], [2], [1, 0]), ["cat", "cow", "dog"]);
  expect(images.map(({ labels }) => labels)).toEqual([undefined, [0, 2]]);
  expect(images[0]).not.toHaveProperty("labels");
  expect(images[1]?.objects[0]?.class).toBe(1);
});

test("category ids go with their classes, and a class that is new to the data gets a free one", () => {
  const dataset = { ...datasetOf(["dog", "cat", "emu"], [0]), categoryIds: [18, 5, 90] };
  expect(alignClasses(dataset, ["cat", "cow", "dog", "fox"]).categoryIds).toEqual([5, 91, 18, 92]);
  expect(alignClasses(datasetOf(["dog"], [0]), ["dog"])).not.toHaveProperty("categoryIds");
});

test("the data set that is given stays as it is", () => {
  const dataset = { ...datasetOf(["dog", "cat"], [1], [0]), categoryIds: [4, 2] };
  const before = structuredClone(dataset);
  alignClasses(dataset, ["cat", "dog"]);
  expect(dataset).toEqual(before);
});

test("a class that nothing is labelled with may be unknown", () => {
  const { classes, images } = alignClasses(datasetOf(["dog", "cat"], [1], [1]), ["cat"]);
  expect([classes, images[1]?.objects[0]?.class, images[1]?.labels]).toEqual([["cat"], 0, [0]]);
});

test.each([
  ["an object", datasetOf(["dog", "cat"], [1, 0])],
  ["a whole image", datasetOf(["dog", "cat"], [1], [0])],
])("an unknown class of %s is refused by the image's name", (_, dataset) => {
  expect(() => alignClasses(dataset, ["cat"])).toThrow('a.jpg: the detector has no class "dog"; it has cat');
});
