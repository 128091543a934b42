import { describe, expect, it } from "vitest";
import { decodeMask, maskArea, rleFromCounts } from "../../../src/geometry/index.ts";
import { oracle } from "./rleCases.ts";

describe("rleFromCounts", () => {
  it("reads the runs down the columns, the first one outside", () => {
    const rle = rleFromCounts([1, 2, 3], 2, 3);
    expect(rle).toEqual({ height: 2, width: 3, counts: Uint32Array.of(1, 2, 3) });
    expect([...decodeMask(rle)]).toEqual([0, 1, 0, 1, 0, 0]);
  });

  it("keeps a copy of a typed array", () => {
    const counts = Uint32Array.of(0, 6);
    const rle = rleFromCounts(counts, 2, 3);
    counts[1] = 5;
    expect(maskArea(rle)).toBe(6);
  });

  it("reads the runs that numpy finds", () => {
    for (const { runs, height, width, pixels } of oracle.masks) {
      expect([...decodeMask(rleFromCounts(runs, height, width))].join("")).toBe(pixels);
    }
  });

  it.each([
    [[1, 2], 2, 3, "rleFromCounts: the runs sum up to 3 pixels, and 2 x 3 (height x width) are 6"],
    [[], 2, 3, "rleFromCounts: the runs sum up to 0 pixels, and 2 x 3 (height x width) are 6"],
    [[7, -1], 2, 3, "rleFromCounts: counts[1] must be a whole number from 0 to 268435456, got -1"],
    [[1.5, 4.5], 2, 3, "rleFromCounts: counts[0] must be a whole number from 0 to 268435456, got 1.5"],
    [[NaN], 2, 3, "rleFromCounts: counts[0] must be a whole number from 0 to 268435456, got NaN"],
    [[2 ** 32 + 6], 2, 3, "rleFromCounts: counts[0] must be a whole number from 0 to 268435456, got 4294967302"],
    [["6"], 2, 3, "rleFromCounts: counts[0] must be a whole number from 0 to 268435456, got string"],
    [[0], 0, 3, "rleFromCounts: height must be a whole number of pixels from 1, got 0"],
    [[3], 2, 1.5, "rleFromCounts: width must be a whole number of pixels from 1, got 1.5"],
    [[3], 2, undefined, "rleFromCounts: width must be a whole number of pixels from 1, got undefined"],
    [[1e10], 1e5, 1e5, "rleFromCounts: a mask has at most 268435456 pixels, got 100000 x 100000"],
  ])("says what is wrong with %j for %d x %d", (counts, height, width, message) => {
    const read = () => rleFromCounts(counts as number[], height, width as number);
    expect(read).toThrow(new RangeError(message));
  });

  it("says that a string is no list, and that a mask's counts must be a Uint32Array", () => {
    const error = new TypeError("rleFromCounts: counts must be a list of numbers, got string");
    expect(() => rleFromCounts("06" as unknown as number[], 2, 3)).toThrow(error);
    const rle = { height: 2, width: 3, counts: [0, 6] as unknown as Uint32Array };
    expect(() => maskArea(rle)).toThrow(new TypeError("maskArea: counts must be a Uint32Array"));
  });
});
