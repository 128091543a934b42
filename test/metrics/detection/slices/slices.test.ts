import { expect, test } from "vitest";
import { truthsByClass } from "../../../../src/metrics/detection/coco/byClass.ts";
import {
  ALL,
  aspectSlices,
  fineSizeSlices,
  type Slice,
  sizeSlices,
} from "../../../../src/metrics/detection/slices/slices.ts";
import { scene } from "../scenes.ts";

/** Names of the slices that a box is in. */
function slicesWith(box: number[], slices: Slice[]): string[] {
  return truthsByClass([scene([{ box }], [])], 1).flatMap((truths) =>
    slices.filter((slice) => slice.has(truths, 0)).map(({ name }) => name),
  );
}

test.each([
  { width: 31, height: 33, coco: ["small"], fine: ["s"] },
  { width: 32, height: 32, coco: ["small", "medium"], fine: ["s", "m"] },
  { width: 96, height: 96, coco: ["medium", "large"], fine: ["m", "l"] },
  { width: 16, height: 16, coco: ["small"], fine: ["xs", "s"] },
  { width: 1, height: 1, coco: ["small"], fine: ["xs"] },
  { width: 288, height: 288, coco: ["large"], fine: ["l", "xl"] },
  { width: 4000, height: 3000, coco: ["large"], fine: ["xl"] },
])("an object of $width x $height is $coco, or finer $fine; borders belong to both sides", (one) => {
  const box = [0, 0, one.width, one.height];
  expect(slicesWith(box, sizeSlices())).toEqual(one.coco);
  expect(slicesWith(box, fineSizeSlices())).toEqual(one.fine);
});

test.each([
  { width: 10, height: 21, aspect: "tall" },
  { width: 10, height: 20, aspect: "square" },
  { width: 10, height: 10, aspect: "square" },
  { width: 20, height: 10, aspect: "square" },
  { width: 21, height: 10, aspect: "wide" },
  { width: 0, height: 10, aspect: "tall" },
  { width: 0, height: 0, aspect: "square" },
])("a box of $width x $height is $aspect", ({ width, height, aspect }) => {
  expect(slicesWith([5, 7, 5 + width, 7 + height], aspectSlices())).toEqual([aspect]);
});

test("everything is in the slice of all", () => {
  expect(slicesWith([0, 0, 0, 0], [ALL])).toEqual(["all"]);
});
