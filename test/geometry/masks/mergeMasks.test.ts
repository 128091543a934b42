import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeMask,
  encodeMask,
  maskArea,
  maskIntersection,
  maskUnion,
  rleFromString,
  rleToString,
} from "../../../src/geometry/index.ts";
import { drawn, oracle, pixelMasks } from "./rleCases.ts";

describe("maskUnion and maskIntersection", () => {
  it("are worked by hand", () => {
    const a = drawn("##.", "##.");
    const b = drawn(".##", "...");
    expect(maskUnion([a, b])).toEqual(drawn("###", "##."));
    expect(maskIntersection([a, b])).toEqual(drawn(".#.", "..."));
  });

  it("of one mask are a copy of it", () => {
    const a = drawn("##.", "##.");
    expect(maskUnion([a])).toEqual(a);
    expect(maskIntersection([a]).counts).not.toBe(a.counts);
  });

  it("equal pycocotools", () => {
    for (const { height, width, masks, union, intersection } of oracle.merges) {
      const rles = masks.map((text) => rleFromString(text, height, width));
      expect(rleToString(maskUnion(rles))).toBe(union);
      expect(rleToString(maskIntersection(rles))).toBe(intersection);
    }
  });

  it("equal what one finds pixel by pixel, in the fewest runs", () => {
    const masks = fc.integer({ min: 1, max: 6 }).chain(pixelMasks);
    fc.assert(
      fc.property(masks, ({ height, width, masks }) => {
        const rles = masks.map((mask) => encodeMask(mask, height, width));
        const any = Uint8Array.from({ length: height * width }, (_, i) => Number(masks.some((mask) => mask[i] === 1)));
        const all = Uint8Array.from({ length: height * width }, (_, i) => Number(masks.every((mask) => mask[i] === 1)));
        expect(maskUnion(rles)).toEqual(encodeMask(any, height, width));
        expect(maskIntersection(rles)).toEqual(encodeMask(all, height, width));
        expect(maskArea(maskUnion(rles))).toBe(any.reduce((sum, pixel) => sum + pixel, 0));
      }),
      { numRuns: 500, seed: 1 },
    );
  });

  it("do not stop at runs of 0, and leave none", () => {
    const a = { height: 6, width: 1, counts: Uint32Array.of(0, 0, 1, 0, 1, 2, 2, 0) };
    const b = { height: 6, width: 1, counts: Uint32Array.of(0, 0, 1, 0, 2, 3) };
    expect([...decodeMask(a)]).toEqual([0, 0, 1, 1, 0, 0]);
    expect([...decodeMask(b)]).toEqual([0, 0, 0, 1, 1, 1]);
    expect([...maskUnion([a, b]).counts]).toEqual([2, 4]);
    expect([...maskIntersection([a, b]).counts]).toEqual([3, 1, 2]);
  });

  it("say what is wrong", () => {
    expect(() => maskUnion([])).toThrow(new RangeError("maskUnion: there must be at least one mask"));
    expect(() => maskIntersection([drawn(".."), drawn(".", ".")])).toThrow(
      new RangeError("maskIntersection: the masks must have the same height x width, got 1 x 2 and 2 x 1"),
    );
    expect(() => maskUnion([drawn(".."), { height: 1, width: 2, counts: Uint32Array.of(1) }])).toThrow(
      new RangeError("maskUnion: masks[1]: the runs sum up to 1 pixels, and 1 x 2 (height x width) are 2"),
    );
  });
});
