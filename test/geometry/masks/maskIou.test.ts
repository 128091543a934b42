import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeMask, maskIou, pairwiseMaskIou, rleFromString } from "../../../src/geometry/index.ts";
import { drawn, oracle, pixelMasks } from "./rleCases.ts";

describe("maskIou", () => {
  const a = drawn("##..", "##..");
  const b = drawn(".##.", "....");

  it("is worked by hand: 1 pixel inside both, 5 inside either", () => {
    expect(maskIou(a, b)).toBe(1 / 5);
    expect(maskIou(b, a)).toBe(1 / 5);
    expect(maskIou(a, a)).toBe(1);
  });

  it("divides by the detection's pixels where the truth is a crowd", () => {
    expect(maskIou(a, b, true)).toBe(1 / 4);
    expect(maskIou(b, a, true)).toBe(1 / 2);
  });

  it("is 0 where no pixel is inside both, and for masks without a pixel", () => {
    const none = drawn("....", "....");
    expect(maskIou(a, drawn("..##", "..##"))).toBe(0);
    expect(maskIou(drawn("#.#.", "...."), drawn(".#..", "...."), true)).toBe(0);
    expect(maskIou(none, none)).toBe(0);
    expect(maskIou(none, a, true)).toBe(0);
  });

  it("equals a count pixel by pixel", () => {
    fc.assert(
      fc.property(pixelMasks(2), fc.boolean(), ({ height, width, masks }, crowd) => {
        const [p = new Uint8Array(), q = new Uint8Array()] = masks;
        const either = p.filter((_, i) => p[i] === 1 || q[i] === 1).length;
        const both = p.filter((_, i) => p[i] === 1 && q[i] === 1).length;
        const of = crowd ? p.filter((pixel) => pixel === 1).length : either;
        const iou = maskIou(encodeMask(p, height, width), encodeMask(q, height, width), crowd);
        expect(iou).toBe(both === 0 ? 0 : both / of);
      }),
      { numRuns: 1000, seed: 1 },
    );
  });

  it("does not stop at runs of 0", () => {
    const zeros = { height: 6, width: 1, counts: Uint32Array.of(0, 0, 1, 0, 1, 2, 2, 0) };
    const more = { height: 6, width: 1, counts: Uint32Array.of(0, 0, 1, 0, 2, 3) };
    expect(maskIou(zeros, more)).toBe(1 / 4);
  });

  it("says what is wrong", () => {
    expect(() => maskIou(a, drawn(".."))).toThrow(
      new RangeError("maskIou: the masks must have the same height x width, got 2 x 4 and 1 x 2"),
    );
    expect(() => maskIou(a, { ...a, counts: Uint32Array.of(9) })).toThrow(
      new RangeError("maskIou: truth: the runs sum up to 9 pixels, and 2 x 4 (height x width) are 8"),
    );
  });
});

describe("pairwiseMaskIou", () => {
  it("equals pycocotools to the last bit, crowds included, and each pair alone", () => {
    for (const { height, width, crowd, iou, ...texts } of oracle.ious) {
      const detections = texts.detections.map((text) => rleFromString(text, height, width));
      const truth = texts.truth.map((text) => rleFromString(text, height, width));
      const matrix = pairwiseMaskIou(detections, truth, crowd);
      expect([...matrix]).toEqual(iou.flat());
      expect([...matrix]).toEqual(detections.flatMap((d) => truth.map((t, j) => maskIou(d, t, crowd[j] === 1))));
    }
  });

  it("has no crowds unless it is told, and takes flags as booleans too", () => {
    const [a, b] = [drawn("##"), drawn(".#")];
    expect([...pairwiseMaskIou([b], [a])]).toEqual([1 / 2]);
    expect([...pairwiseMaskIou([b], [a], [true])]).toEqual([1]);
  });

  it("is empty where either list is", () => {
    expect(pairwiseMaskIou([], [drawn("##")])).toEqual(new Float64Array(0));
    expect(pairwiseMaskIou([drawn("##")], [])).toEqual(new Float64Array(0));
  });

  it("says what is wrong", () => {
    const a = drawn("##");
    expect(() => pairwiseMaskIou([a], [a, a], [1])).toThrow(
      new RangeError("pairwiseMaskIou: 2 masks of truth need as many flags, got 1"),
    );
    expect(() => pairwiseMaskIou([a, drawn("##", "##")], [a])).toThrow(
      new RangeError(
        "pairwiseMaskIou: detections[1]: the masks must have the same height x width, got 2 x 2 and 1 x 2",
      ),
    );
    expect(() => pairwiseMaskIou([a], [a, { ...a, counts: Uint32Array.of(1) }])).toThrow(
      new RangeError("pairwiseMaskIou: truth[1]: the runs sum up to 1 pixels, and 1 x 2 (height x width) are 2"),
    );
  });
});
