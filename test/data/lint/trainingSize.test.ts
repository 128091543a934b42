import { expect, test } from "vitest";
import { checkTrainingSize } from "../../../src/data/lint/trainingSize.ts";
import type { LabelledObject } from "../../../src/data/dataset.ts";
import { findingsOf, image, placesOf } from "./helpers.ts";

const rule = (objects: Parameters<typeof image>[1], size: { width: number; height: number }, to = 320) =>
  findingsOf({ classes: ["a"], images: [image(1, objects, size)] }, (dataset, findings) => {
    checkTrainingSize(dataset, to, findings);
  }).found;
const square = (side: number): readonly [number, LabelledObject["box"]] => [0, [10, 10, 10 + side, 60]];

test("a side under 8 pixels in training is told of, with what it was", () => {
  const large = { width: 640, height: 480 };
  expect(placesOf(rule([square(15), square(16)], large)["small-in-training"])).toEqual([
    "1.jpg: object 1 (15 x 50, 7.5 in training)",
  ]);
  expect(rule([square(15)], large, 640)).toEqual({});
});

test("difficult objects and crowds are not trained on anyway", () => {
  const box: LabelledObject["box"] = [10, 10, 15, 60];
  const objects: LabelledObject[] = [
    { class: 0, box, difficult: true },
    { class: 0, box, crowd: true },
  ];
  expect(rule(objects, { width: 640, height: 480 })).toEqual({});
});

test("a side under 3 pixels is a slip, whatever the training size", () => {
  const found = rule([square(2.9), square(3)], { width: 320, height: 240 }, 3200);
  expect(placesOf(found["tiny-box"])).toEqual(["1.jpg: object 1 (2.9 x 50)"]);
});

test("images shrunk to less than a quarter or enlarged more than twice", () => {
  expect(Object.keys(rule([], { width: 1281, height: 10 }))).toEqual(["large-image"]);
  expect(Object.keys(rule([], { width: 10, height: 159 }))).toEqual(["small-image"]);
  expect(rule([], { width: 1280, height: 960 })).toEqual({});
  expect(rule([], { width: 160, height: 120 })).toEqual({});
});
