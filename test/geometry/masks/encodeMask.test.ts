import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeMask, encodeMask, rleToString } from "../../../src/geometry/index.ts";
import { drawn, oracle, pixelMasks } from "./rleCases.ts";

describe("encodeMask", () => {
  it("takes row-major pixels and counts down the columns", () => {
    const rle = drawn("..#", "#.#");
    expect(rle).toEqual({ height: 2, width: 3, counts: Uint32Array.of(1, 1, 2, 2) });
  });

  it("begins with a run of 0 where the first pixel is inside, and has one run where none is", () => {
    expect([...drawn("#.", "..").counts]).toEqual([0, 1, 3]);
    expect([...drawn("..", "..").counts]).toEqual([4]);
    expect([...drawn("##", "##").counts]).toEqual([0, 4]);
  });

  it("takes anything but 0 as inside", () => {
    expect([...encodeMask(Uint8Array.of(0, 255, 1, 7), 4, 1).counts]).toEqual([1, 3]);
  });

  it("holds as many runs as pixels", () => {
    const board = Uint8Array.from({ length: 1001 }, (_, i) => (i + 1) % 2);
    expect(encodeMask(board, 1001, 1).counts).toEqual(new Uint32Array(1002).fill(1).fill(0, 0, 1));
  });

  it("equals pycocotools", () => {
    for (const { pixels, height, width, counts } of oracle.masks) {
      expect(rleToString(encodeMask(Uint8Array.from(pixels, Number), height, width))).toBe(counts);
    }
  });

  it("says when the pixels are not as many as the size", () => {
    expect(() => encodeMask(new Uint8Array(5), 2, 3)).toThrow(
      new RangeError("encodeMask: mask must have 2 x 3 pixels, got 5"),
    );
  });
});

describe("decodeMask", () => {
  it("gives back what was encoded", () => {
    fc.assert(
      fc.property(pixelMasks(1), ({ height, width, masks: [mask = new Uint8Array()] }) => {
        expect(decodeMask(encodeMask(mask, height, width))).toEqual(mask);
      }),
      { numRuns: 500, seed: 1 },
    );
  });

  it("passes over runs of 0", () => {
    const counts = Uint32Array.of(1, 0, 1, 1, 0, 1, 2, 0);
    expect([...decodeMask({ height: 6, width: 1, counts })]).toEqual([0, 0, 1, 1, 0, 0]);
  });

  it("says when the runs are not as many as the pixels", () => {
    expect(() => decodeMask({ height: 1, width: 2, counts: Uint32Array.of(1, 2) })).toThrow(
      new RangeError("decodeMask: the runs sum up to 3 pixels, and 1 x 2 (height x width) are 2"),
    );
  });
});
