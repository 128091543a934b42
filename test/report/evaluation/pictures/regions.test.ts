import { expect, test } from "vitest";
import { overlaps, regionAround } from "../../../../src/report/evaluation/pictures/regions.ts";

test("a crop has the box in its middle, three times as long as it", () => {
  expect(regionAround([300, 200, 400, 275], { width: 800, height: 600 })).toEqual({
    x: 200,
    y: 125,
    width: 300,
    height: 225,
  });
});

test("a small box is shown with a quarter of the image around it", () => {
  expect(regionAround([400, 300, 402, 302], { width: 800, height: 600 })).toMatchObject({ width: 200, height: 150 });
});

test("at a corner the crop stays inside the image", () => {
  expect(regionAround([0, 0, 10, 10], { width: 800, height: 600 })).toMatchObject({ x: 0, y: 0 });
  expect(regionAround([790, 590, 800, 600], { width: 800, height: 600 })).toMatchObject({ x: 600, y: 450 });
});

test("of an image that is narrower or lower than the crop as much is shown as is 4:3", () => {
  expect(regionAround([40, 400, 80, 440], { width: 120, height: 1000 })).toMatchObject({ width: 120, height: 90 });
  expect(regionAround([400, 40, 440, 80], { width: 1000, height: 90 })).toMatchObject({ width: 120, height: 90 });
});

test("a box that is longer than that is shown whole, with a little around it", () => {
  expect(regionAround([0, 400, 100, 600], { width: 100, height: 1000 })).toEqual({
    x: 0,
    y: 375,
    width: 100,
    height: 250,
  });
  expect(regionAround([0, 0, 100, 1000], { width: 100, height: 1000 })).toMatchObject({ width: 100, height: 1000 });
});

test("boxes that only touch the crop are not in it", () => {
  const region = { x: 10, y: 10, width: 10, height: 10 };
  expect(overlaps([0, 0, 10, 10], region)).toBe(false);
  expect(overlaps([0, 0, 11, 11], region)).toBe(true);
});
