import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeMask, maskArea, maskBox, rleFromString } from "../../../src/geometry/index.ts";
import { drawn, oracle, pixelMasks } from "./rleCases.ts";

describe("maskArea and maskBox", () => {
  it("count pixels, x2 and y2 exclusive", () => {
    const rle = drawn("......", "..#...", "...#..", "......");
    expect(maskArea(rle)).toBe(2);
    expect(maskBox(rle)).toEqual([2, 1, 4, 3]);
  });

  it("take all rows where a run goes on in the next column", () => {
    const rle = drawn("..#.", "....", ".#..");
    expect([...rle.counts]).toEqual([5, 2, 5]);
    expect(maskBox(rle)).toEqual([1, 0, 3, 3]);
  });

  it("are 0 where no pixel is inside", () => {
    expect(maskArea(drawn("..", ".."))).toBe(0);
    expect(maskBox(drawn("..", ".."))).toEqual([0, 0, 0, 0]);
    expect(maskBox({ height: 2, width: 2, counts: Uint32Array.of(3, 0, 1) })).toEqual([0, 0, 0, 0]);
  });

  it("equal pycocotools", () => {
    for (const { counts, height, width, area, box } of oracle.masks) {
      const rle = rleFromString(counts, height, width);
      expect(maskArea(rle)).toBe(area);
      expect(maskBox(rle)).toEqual(box);
    }
  });

  it("equal what one counts pixel by pixel", () => {
    fc.assert(
      fc.property(pixelMasks(1), ({ height, width, masks: [mask = new Uint8Array()] }) => {
        const rle = encodeMask(mask, height, width);
        const inside = [...mask.keys()].filter((i) => mask[i] === 1);
        const [xs, ys] = [inside.map((i) => i % width), inside.map((i) => Math.floor(i / width))];
        const box = [Math.min(...xs), Math.min(...ys), Math.max(...xs) + 1, Math.max(...ys) + 1];
        expect(maskArea(rle)).toBe(inside.length);
        expect(maskBox(rle)).toEqual(inside.length === 0 ? [0, 0, 0, 0] : box);
      }),
      { numRuns: 500, seed: 1 },
    );
  });

  it("say when the runs do not fit", () => {
    const rle = { height: 1, width: 2, counts: Uint32Array.of(1) };
    const message = "the runs sum up to 1 pixels, and 1 x 2 (height x width) are 2";
    expect(() => maskArea(rle)).toThrow(new RangeError(`maskArea: ${message}`));
    expect(() => maskBox(rle)).toThrow(new RangeError(`maskBox: ${message}`));
  });
});
