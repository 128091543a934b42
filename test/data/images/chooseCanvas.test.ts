import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chooseCanvas } from "../../../src/data/images/chooseCanvas.ts";

describe("chooseCanvas", () => {
  it.each<[images: [number, number][], size: number, canvas: [number, number]]>([
    [[[640, 480]], 320, [320, 240]],
    [[[480, 640]], 320, [240, 320]],
    [[[500, 500]], 100, [96, 96]], // multiples of 16: 6.25 of them
    [[[1000, 200]], 320, [320, 160]], // 5:1 is bounded to 2:1
    [[[200, 1000]], 320, [160, 320]],
    [
      [
        [400, 200],
        [300, 300],
        [200, 300],
      ],
      320,
      [320, 320],
    ], // the middle one in shape
    [
      [
        [900, 300],
        [300, 300],
        [320, 240],
      ],
      320,
      [320, 240],
    ], // whatever the extremes
    [[], 64, [64, 64]],
    [[[30, 20]], 5, [16, 16]],
  ])("for images %j and size %d: %j", (images, size, [width, height]) => {
    const sizes = images.map(([w, h]) => ({ width: w, height: h }));
    expect(chooseCanvas(sizes, size)).toEqual({ width, height });
  });

  it("is of multiples of 16, with sides in the ratio 1:2 to 2:1, the longer one as asked for", () => {
    const side = fc.integer({ min: 1, max: 5000 });
    const images = fc.array(fc.record({ width: side, height: side }), { maxLength: 9 });
    fc.assert(
      fc.property(images, fc.integer({ min: 4, max: 64 }), (sizes, sixteens) => {
        const { width, height } = chooseCanvas(sizes, 16 * sixteens);
        expect([width % 16, height % 16]).toEqual([0, 0]);
        expect(Math.max(width, height)).toBe(16 * sixteens);
        expect(Math.min(width, height)).toBeGreaterThanOrEqual(16 * Math.floor(sixteens / 2));
      }),
    );
  });
});

it("a canvas has the typical shape of the images, between 1:2 and 2:1, and sides that are multiples of 16", () => {
  const wide = { width: 640, height: 480 };
  expect(chooseCanvas([wide, wide, { width: 100, height: 400 }], 320)).toEqual({ width: 320, height: 240 });
  expect(chooseCanvas([{ width: 100, height: 400 }], 320)).toEqual({ width: 160, height: 320 });
});
