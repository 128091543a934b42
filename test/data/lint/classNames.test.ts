import { expect, test } from "vitest";
import type { LabelledObject } from "../../../src/data/dataset.ts";
import { countObjects, findTypos, mergeAlikeClasses } from "../../../src/data/lint/classNames.ts";
import { findingsOf, image, placesOf } from "./helpers.ts";

const box: LabelledObject["box"] = [10, 10, 50, 50];
const many = (k: number, count: number) => Array.from({ length: count }, () => [k, box] as const);

test("spellings are merged into the most frequent one, and ids and labels follow", () => {
  const dataset = {
    classes: ["dog", "Cat", "cat", " cat "],
    categoryIds: [5, 6, 7, 8],
    images: [image(1, [...many(1, 1), ...many(2, 3), ...many(3, 1), ...many(0, 1)], { labels: [1, 2, 0] })],
  };
  const { result, found, changes } = findingsOf(dataset, mergeAlikeClasses);
  expect(result.classes).toEqual(["dog", "cat"]);
  expect(result.categoryIds).toEqual([5, 7]);
  expect(result.images[0]?.objects.map((object) => object.class)).toEqual([1, 1, 1, 1, 1, 0]);
  expect(result.images[0]?.labels).toEqual([1, 0]);
  expect(placesOf(found["alike-classes"])).toEqual([
    'classes ("Cat" (1 object) and "cat" (3))',
    'classes (" cat " (1 object) and "cat" (3))',
  ]);
  expect(changes).toMatchObject([
    { before: '"Cat"', after: '"cat"' },
    { before: '" cat "', after: '"cat"' },
  ]);
});

test("spaces inside and composed letters count as spelling; single letters, digits and other words do not", () => {
  const merged = (classes: string[]) => findingsOf({ classes, images: [] }, mergeAlikeClasses).result.classes.length;
  expect(merged(["light bulb", "Light  Bulb"])).toBe(1);
  expect(merged(["caf\u00e9", "cafe\u0301"])).toBe(1);
  expect(merged(["a", "A"])).toBe(2);
  expect(merged(["a", " a"])).toBe(1);
  expect(merged(["lightbulb", "light bulb"])).toBe(2);
});

test("objects of merged classes are still found where they were", () => {
  const dataset = { classes: ["cat", "Cat"], images: [image(1, [...many(0, 2), ...many(1, 1)])] };
  const { found } = findingsOf(dataset, (data, findings) => {
    const merged = mergeAlikeClasses(data, findings);
    for (const object of merged.images[0]?.objects ?? []) findings.add("tiny-box", object);
  });
  expect(placesOf(found["tiny-box"])).toEqual(["1.jpg: object 1", "1.jpg: object 2", "1.jpg: object 3"]);
});

test.each([
  ["raccoon", "racoon"],
  ["helmet", "hemlet"],
  ["stop sign", "stop_sign"],
  ["motorcycle", "motocicle"],
  ["RBC", "RCB"],
  ["dog", "dogg"],
])('"%s" 50 times and "%s" twice is probably a typo', (right, wrong) => {
  const dataset = { classes: [wrong, right], images: [image(1, [...many(0, 2), ...many(1, 50)])] };
  const { found } = findingsOf(dataset, findTypos);
  expect(placesOf(found["similar-classes"])).toEqual([`classes ("${wrong}" (2) for "${right}" (50)?)`]);
});

test.each([
  ["class1", "class2"],
  ["car", "cat"],
  ["raccoon", "squirrel"],
])('"%s" and "%s" are different', (a, b) => {
  const dataset = { classes: [a, b], images: [image(1, [...many(0, 2), ...many(1, 50)])] };
  expect(findingsOf(dataset, findTypos).found).toEqual({});
});

test("two names that are both frequent are meant", () => {
  const dataset = { classes: ["boat", "goat"], images: [image(1, [...many(0, 40), ...many(1, 50)])] };
  expect(findingsOf(dataset, findTypos).found).toEqual({});
});

test("where there are no boxes, labels of images are counted", () => {
  const images = [image(1, [], { labels: [1] }), image(2, [[0, box]], { labels: [1] })];
  expect(countObjects({ classes: ["a", "b", "c"], images })).toEqual([1, 1, 0]);
});
