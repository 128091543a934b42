import { expect, it } from "vitest";
import type { LabelledObject } from "../../src/data/dataset.ts";
import { isTrained, trainedObjects } from "../../src/data/trainedObjects.ts";

it("has the objects that a detector learns: neither difficult nor crowds", () => {
  const plain: LabelledObject = { box: [10, 20, 40, 80], class: 0 };
  const marks = [{}, { difficult: false, crowd: false }, { difficult: true }, { crowd: true }, { truncated: true }];
  const objects = marks.map((mark) => ({ ...plain, ...mark }));
  expect(objects.map(isTrained)).toEqual([true, true, false, false, true]);
  const image = { id: 1, file: "/photos/1.jpg", width: 160, height: 120, objects };
  expect(trainedObjects(image)).toEqual([objects[0], objects[1], objects[4]]);
});
