import { expect, test } from "vitest";
import { alignClasses } from "../../src/data/alignClasses.ts";
import type { Dataset, LabelledObject } from "../../src/data/dataset.ts";

function datasetOf(classes: string[], ...labels: number[]): Dataset {
  const objects = labels.map((label): LabelledObject => ({ box: [0, 0, 1, 1], class: label }));
  return { classes, categoryIds: [5, 6], images: [{ id: 1, file: "a.jpg", width: 2, height: 2, objects }] };
}

test("classes are found by name, whatever their order", () => {
  const { classes, images, categoryIds } = alignClasses(datasetOf(["dog", "cat"], 0, 1, 0), ["cat", "cow", "dog"]);
  expect(classes).toEqual(["cat", "cow", "dog"]);
  expect(images[0]?.objects.map((object) => object.class)).toEqual([2, 0, 2]);
  expect(categoryIds).toBeUndefined();
});

test("the data set that is given stays as it is", () => {
  const dataset = datasetOf(["dog", "cat"], 1);
  alignClasses(dataset, ["cat", "dog"]);
  expect(dataset.images[0]?.objects[0]?.class).toBe(1);
});

test("a class without objects may be unknown, one with objects may not", () => {
  expect(alignClasses(datasetOf(["dog", "cat"], 1), ["cat"]).images[0]?.objects[0]?.class).toBe(0);
  expect(() => alignClasses(datasetOf(["dog", "cat"], 0), ["cat"])).toThrow(
    'a.jpg: the detector has no class "dog"; it has cat',
  );
});
