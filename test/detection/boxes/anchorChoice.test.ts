import { expect, it } from "vitest";
import { readAnchorChoice } from "../../../src/detection/boxes/anchorChoice.ts";

it("reads a number of shapes, or the shapes", () => {
  expect(readAnchorChoice("7")).toBe(7);
  expect(readAnchorChoice("24x24,48x32.5")).toEqual([
    [24, 24],
    [48, 32.5],
  ]);
  expect(readAnchorChoice(" 10 X 20 , 30×40 ")).toEqual([
    [10, 20],
    [30, 40],
  ]);
});

it.each(["", "0", "33", "-3", "2.5", "24x", "24x24,", "0x10", "10x5000", "24x24;48x48", "nine", "1e3x4"])(
  "does not take %j",
  (text) => {
    expect(readAnchorChoice(text)).toBeUndefined();
  },
);
