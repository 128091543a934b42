import { expect, test } from "vitest";
import type { LabelledObject, SplitName } from "../../../src/data/dataset.ts";
import { checkSplits } from "../../../src/data/lint/splitRules.ts";
import { findingsOf, image, placesOf } from "./helpers.ts";

const box: LabelledObject["box"] = [10, 10, 50, 50];
const classes = ["cat", "dog"];
const rule = (...splits: [split: SplitName | undefined, ...ks: number[]][]) => {
  const images = splits.map(
    ([split, ...ks], i) =>
    image(i + 1, ks.map((k) => [k, box] as const), split === undefined ? {} : { split }), // prettier-ignore
  );
  return findingsOf({ classes, images }, checkSplits).found;
};

test("splits with all classes are fine", () => {
  expect(rule(["train", 0, 1], ["val", 0, 1], ["test", 0, 1])).toEqual({});
});

test("no splits at all is a note", () => {
  expect(Object.keys(rule([undefined, 0, 1], [undefined, 0, 1]))).toEqual(["no-splits"]);
});

test("images without split beside others", () => {
  const found = rule(["train", 0, 1], ["val", 0, 1], ["test", 0, 1], [undefined, 0]);
  expect(placesOf(found["without-split"])).toEqual(["4.jpg"]);
});

test("val and test missing, or train", () => {
  expect(placesOf(rule(["train", 0, 1])["split-missing"])).toEqual([
    "val (training draws a tenth of train instead)",
    "test (nothing is left to judge the result on)",
  ]);
  expect(Object.keys(rule(["val", 0, 1], ["test", 0, 1]))).toEqual(["no-train"]);
});

test("a class that train lacks is an error, one that val lacks a warning", () => {
  const found = rule(["train", 0], ["val", 1, 1], ["test", 0]);
  expect(placesOf(found["class-missing-in-train"])).toEqual(['class "dog" (2 objects in val)']);
  expect(placesOf(found["class-missing-in-split"])).toEqual(['class "cat" (none in val, 1 in train)']);
});
