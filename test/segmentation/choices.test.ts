import { expect, test } from "vitest";
import { usualSize } from "../../src/segmentation/choices.ts";

test.each([
  [[], 128],
  [
    [
      [32, 32],
      [28, 30],
    ],
    128,
  ], // enlarged: a network of depth 4 would see 2 x 2 pixels
  [
    [
      [160, 120],
      [120, 160],
      [4000, 3000],
    ],
    160,
  ], // the one large image does not count
  [[[256, 256]], 256],
  [
    [
      [1920, 1080],
      [640, 480],
    ],
    256,
  ],
])("images of %j are seen %d pixels wide or high", (sizes, expected) => {
  // prettier-ignore
  expect(usualSize(sizes.map(([width = 0, height = 0]) => ({ width, height })))).toBe(expected);
});
