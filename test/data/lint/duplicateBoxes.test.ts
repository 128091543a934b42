import { expect, test } from "vitest";
import { Random } from "../../../src/base/random.ts";
import type { LabelledObject } from "../../../src/data/dataset.ts";
import { dropDuplicateBoxes } from "../../../src/data/lint/duplicateBoxes.ts";
import { iou } from "../../../src/geometry/overlap.ts";
import { findingsOf, image, placesOf } from "./helpers.ts";

type Box = LabelledObject["box"];
const classes = ["cat", "dog"];

test("the later of two equal boxes of a class is dropped", () => {
  const images = [image(1, [[0, [10, 10, 50, 50]], [0, [60, 10, 90, 50]], [0, [10, 10, 50, 50]], [0, [10, 10, 50, 50]]])]; // prettier-ignore
  const { result, found, changes } = findingsOf({ classes, images }, dropDuplicateBoxes);
  expect(result.images[0]?.objects).toEqual(images[0]?.objects.slice(0, 2));
  expect(placesOf(found["duplicate-box"])).toEqual(["1.jpg: object 3 (cat)", "1.jpg: object 4 (cat)"]);
  expect(changes[0]).toMatchObject({ object: "object 3", before: "cat at 10, 10, 50, 50", after: "" });
});

test("an IoU above 0.8, of two classes above 0.9, is told of and kept", () => {
  const pair = (k: number, second: Box) => [
    image(1, [
      [0, [0, 0, 100, 100]],
      [k, second],
    ]),
  ];
  const rulesOf = (k: number, second: Box) => {
    const { result, found } = findingsOf({ classes, images: pair(k, second) }, dropDuplicateBoxes);
    expect(result.images[0]?.objects).toHaveLength(2);
    return Object.keys(found);
  };
  expect(rulesOf(0, [0, 0, 100, 81])).toEqual(["overlapping-box"]);
  expect(rulesOf(0, [0, 0, 100, 80])).toEqual([]);
  expect(rulesOf(1, [0, 0, 100, 90])).toEqual([]);
  expect(rulesOf(1, [0, 0, 100, 91])).toEqual(["two-classes"]);
  expect(rulesOf(1, [0, 0, 100, 100])).toEqual(["two-classes"]);
});

test("crowds may lie on anything", () => {
  const crowd: LabelledObject = { class: 0, box: [10, 10, 50, 50], crowd: true };
  const { result, found } = findingsOf(
    { classes, images: [image(1, [[0, [10, 10, 50, 50]], crowd])] },
    dropDuplicateBoxes,
  );
  expect(result.images[0]?.objects).toHaveLength(2);
  expect(found).toEqual({});
});

test("finds the pairs that a double loop finds", () => {
  const random = new Random(3);
  for (let round = 0; round < 30; round++) {
    const boxes = Array.from({ length: 40 }, (): Box => {
      const [x, y] = [random.int(6), random.int(6)];
      return [x, y, x + 60 + random.int(6), y + 60 + random.int(6)];
    });
    let naive = 0;
    for (const [j, b] of boxes.entries()) for (const a of boxes.slice(0, j)) if (iou(a, b) > 0.9) naive++;
    // different classes, so that nothing is dropped on the way
    const names = boxes.map((_, k) => String(k));
    const { found } = findingsOf(
      { classes: names, images: [image(1, boxes.map((box, k) => [k, box] as const))] }, // prettier-ignore
      dropDuplicateBoxes,
    );
    expect(found["two-classes"]?.count ?? 0).toBe(naive);
  }
});
