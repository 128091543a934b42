import { expect, it } from "vitest";
import { chooseCanvas } from "../../src/detection/canvas.ts";

const landscape = { width: 640, height: 480 };
const portrait = { width: 300, height: 400 };

it.each([
  ["the shape of most images", [landscape, portrait, landscape], { width: 320, height: 240 }],
  ["a shape between them where half are upright", [landscape, portrait], { width: 320, height: 320 }],
  ["2:1 at most", [{ width: 1000, height: 100 }], { width: 320, height: 160 }],
  ["multiples of 16", [{ width: 160, height: 150 }], { width: 320, height: 304 }],
  ["a square without images", [], { width: 320, height: 320 }],
])("a canvas has %s", (_, images, canvas) => {
  expect(chooseCanvas(images, 320)).toEqual(canvas);
});
