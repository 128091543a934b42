import { expect, it } from "vitest";
import { chooseCanvas, fromCanvas } from "../../src/detection/canvas.ts";

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

it("detections on the canvas are clipped to the image, and those left without area dropped", () => {
  // an image of 200 x 100 on a canvas of 64 x 48: 64 x 32 pixels of it, 8 below the top
  const onCanvas = {
    boxes: [-8, 16, 32, 80, 16, 0, 24, 8, 32, 24, 48, 32],
    scores: [0.9, 0.8, 0.7],
    classes: [2, 1, 0],
  };
  expect(fromCanvas(onCanvas, { width: 200, height: 100 }, { width: 64, height: 48 })).toEqual({
    boxes: Float32Array.of(0, 25, 100, 100, 100, 50, 150, 75),
    scores: Float32Array.of(0.9, 0.7),
    classes: Int32Array.of(2, 0),
  });
});
