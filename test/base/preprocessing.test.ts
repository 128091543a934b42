import { describe, expect, it } from "vitest";
import { fitToCanvas, toCanvas } from "../../src/base/preprocessing.ts";

describe("fitToCanvas", () => {
  it.each([
    ["a wider image has a band above and below", [400, 100], [100, 80], [100, 25], [0, 27], [0.25, 0.25]],
    ["a taller one to the left and right", [30, 120], [96, 64], [16, 64], [40, 0], [16 / 30, 64 / 120]],
    ["a smaller one grows", [20, 10], [96, 64], [96, 48], [0, 8], [4.8, 4.8]],
    [
      "sides are whole pixels, and the scale is what they are",
      [70, 33],
      [96, 64],
      [96, 45],
      [0, 9],
      [96 / 70, 45 / 33],
    ],
    ["no side vanishes", [1000, 2], [96, 64], [96, 1], [0, 31], [0.096, 0.5]],
  ])("%s", (_, [w, h], [canvasWidth, canvasHeight], [width, height], [offsetX, offsetY], [scaleX, scaleY]) => {
    const image = { width: w as number, height: h as number };
    const canvas = { width: canvasWidth as number, height: canvasHeight as number };
    const close = (x: number | undefined): unknown => expect.closeTo(x ?? NaN, 6);
    const expected = { width, height, offsetX, offsetY, scaleX: close(scaleX), scaleY: close(scaleY) };
    expect(fitToCanvas(image, canvas)).toEqual(expected);
  });
});

describe("toCanvas", () => {
  it("scales and moves a box", () => {
    const placement = { scaleX: 0.5, offsetX: 3, scaleY: 2, offsetY: -7 };
    expect(toCanvas([10, 20, 30, 50], placement)).toEqual([8, 33, 18, 93]);
  });

  it("keeps the corners in order after a flip", () => {
    const placement = { scaleX: -0.5, offsetX: 100, scaleY: -2, offsetY: 200 };
    expect(toCanvas([10, 20, 30, 50], placement)).toEqual([85, 100, 95, 160]);
  });
});
