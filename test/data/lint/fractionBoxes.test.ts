import { expect, test } from "vitest";
import { scaleFractions } from "../../../src/data/lint/fractionBoxes.ts";
import { findingsOf, image, placesOf } from "./helpers.ts";

test("a box within the first pixel is taken to be in fractions of the image, and scaled; others stay", () => {
  const images = [
    image(1, [
      [0, [0.25, 0.1, 0.5, 1]],
      [0, [0, 0, 1.5, 1]],
    ]),
    image(2, [[0, [10, 10, 20, 20]]]),
  ];
  const { result, found, changes } = findingsOf({ classes: ["cat"], images }, scaleFractions);
  expect(result.images[0]?.objects.map(({ box }) => box)).toEqual([
    [100, 30, 200, 300],
    [0, 0, 1.5, 1],
  ]);
  expect(result.images[1]).toBe(images[1]);
  expect(placesOf(found["fraction-box"])).toEqual(["1.jpg: object 1 (0.25, 0.1, 0.5, 1)"]);
  expect(changes).toMatchObject([{ file: "1.jpg", object: "object 1", before: "0.25, 0.1, 0.5, 1", after: "100, 30, 200, 300" }]); // prettier-ignore
});

test("polygons are scaled with their box", () => {
  const object = { class: 0, box: [0, 0, 1, 1] as [number, number, number, number], area: 1, segmentation: [[0, 0, 1, 0, 0.5, 1]] }; // prettier-ignore
  const { result } = findingsOf({ classes: ["cat"], images: [image(1, [object])] }, scaleFractions);
  expect(result.images[0]?.objects).toEqual([
    { class: 0, box: [0, 0, 400, 300], segmentation: [[0, 0, 400, 0, 200, 300]] },
  ]);
});
