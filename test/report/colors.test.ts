import { expect, it } from "vitest";

import { classColor, textColorOn } from "../../src/report/colors.ts";

it("classColor gives a dozen classes different colours, then starts again", () => {
  expect(new Set(Array.from({ length: 12 }, (_, i) => classColor(i))).size).toBe(12);
  expect(classColor(12)).toBe(classColor(0));
});

it("textColorOn chooses the colour with more contrast", () => {
  expect(textColorOn("#f0e442")).toBe("#000000"); // yellow
  expect(textColorOn("#332288")).toBe("#ffffff"); // indigo
  // Black and white have the same contrast on a luminance of 0.179, which is the grey value 117.6.
  expect(textColorOn("#757575")).toBe("#ffffff");
  expect(textColorOn("#767676")).toBe("#000000");
});
