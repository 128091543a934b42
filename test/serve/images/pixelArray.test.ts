import { expect, it } from "vitest";
import { readPixelArray } from "../../../src/serve/images/pixelArray.ts";

it("reads nested arrays as rows of pixels", () => {
  const rows = [
    [[1, 2, 3], [4, 5, 6.4]], // prettier-ignore
    [[7, 8, 9], [0, 254.6, 255]], // prettier-ignore
    [[0, 0, 0], [1, 1, 1]], // prettier-ignore
  ];
  const { data, ...rest } = readPixelArray(rows, 6);
  expect(rest).toEqual({ width: 2, height: 3, channels: 3 });
  expect([...data]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 255, 255, 0, 0, 0, 1, 1, 1]);
});

it.each<[unknown[], string]>([
  [[], "must be [height][width][3] numbers"],
  [[[]], "must be [height][width][3] numbers"],
  [[1, 2], "must be [height][width][3] numbers"],
  [[[[1, 2, 3]], []], "[1] must hold 1 pixels"],
  [[[[1, 2, 3]], "x"], "[1] must hold 1 pixels"],
  [[[[1, 2, 3], [1, 2]]], "[0][1] must be three numbers"], // prettier-ignore
  [[[[1, 2, 256]]], "[0][0] must hold numbers from 0 to 255"],
  [[[[1, null, 2]]], "[0][0] must hold numbers from 0 to 255"],
  [[[[1, 2, 3], [1, 2, 3], [1, 2, 3], [1, 2, 3], [1, 2, 3], [1, 2, 3], [1, 2, 3]]], "7 x 1 pixels, more than the limit of 6"], // prettier-ignore
])("refuses %j", (rows, message) => {
  expect(() => readPixelArray(rows, 6)).toThrow(message);
});
