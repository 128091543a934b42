import { expect, test } from "vitest";
import type { LabelledObject } from "../../../src/data/dataset.ts";
import { checkBalance } from "../../../src/data/lint/balance.ts";
import { findingsOf, image, placesOf } from "./helpers.ts";

const box: LabelledObject["box"] = [10, 10, 50, 50];
const many = (k: number, count: number) => Array.from({ length: count }, () => [k, box] as const);
const rule = (classes: string[], images: ReturnType<typeof image>[]) =>
  findingsOf({ classes, images }, checkBalance).found;

test("classes with none, fewer than 20, and less than a tenth of the largest", () => {
  const found = rule(["car", "bus", "tram", "ship"], [
    image(1, many(0, 100)), image(2, many(0, 100)), image(3, many(0, 1)), image(4, many(1, 20)), image(5, many(2, 19)),
  ]); // prettier-ignore
  expect(placesOf(found.imbalance)).toEqual(['class "bus" (20; "car" has 201)']);
  expect(placesOf(found["rare-class"])).toEqual(['class "tram" (19 examples)']);
  expect(placesOf(found["unused-class"])).toEqual(['class "ship"']);
  expect(found["crowded-image"]).toBeUndefined();
});

test("more than 100 objects in an image", () => {
  expect(placesOf(rule(["a"], [image(1, many(0, 101))])["crowded-image"])).toEqual(["1.jpg (101 objects)"]);
});

test("more than half background; labels of whole images are none", () => {
  const images = [image(1, many(0, 30)), image(2, []), image(3, [])];
  expect(placesOf(rule(["a"], images)["mostly-background"])).toEqual(["data set (2 of 3 images)"]);
  expect(rule(["a"], images.slice(0, 2))).toEqual({});
  const labelled = Array.from({ length: 30 }, (_, i) => image(i + 1, [], { labels: [0] }));
  expect(rule(["a"], labelled)).toEqual({});
});

test("images without a label among those that have one; none is a label where several may be", () => {
  const labelled = Array.from({ length: 30 }, (_, i) => image(i + 1, [], { labels: [0] }));
  const open = [image(40, []), image(41, many(0, 1)), image(42, [], { labels: [] })];
  expect(placesOf(rule(["a"], [...labelled, ...open])["no-label"])).toEqual(["40.jpg"]);
});

test("nothing at all", () => {
  expect(Object.keys(rule(["a"], [image(1, [])]))).toEqual(["no-objects"]);
});

test("marks are counted", () => {
  const marked: LabelledObject = { class: 0, box, difficult: true, truncated: true };
  const images = [image(1, [...many(0, 30), marked, { class: 0, box, crowd: true }], { verified: true })];
  expect(placesOf(rule(["a"], images).marks)).toEqual([
    "difficult objects (1 of 32)",
    "crowd regions (1 of 32)",
    "truncated objects (1 of 32)",
    "verified images (1 of 1)",
  ]);
});
